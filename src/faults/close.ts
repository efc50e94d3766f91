import { CONNECTION_SCOPES, type FaultKind, MOMENT, momentOf, SIDE } from './fault.ts';

export const close: FaultKind = {
  summary: 'end connections in good order (FIN): at once, after a time, or after so many bytes',
  doc:
    'side says who gets the FIN, behind the bytes that passed before: the dialler (src), the ' +
    'listener (dst) or both. With one side the other direction goes on, half-closed. What is ' +
    'sent into an ended direction is thrown away.',
  example: 'after=10s side=src',
  tier: 'stream',
  stage: 'limit',
  params: {
    ...MOMENT,
    side: { ...SIDE, doc: 'who gets the FIN' },
  },
  scopes: CONNECTION_SCOPES,
  lossy: true,
  stream(params, { direction }) {
    if (params.side === 'both') return { ends: 'close', ...momentOf(params) };
    // A FIN to the dialler ends the direction that leads to it.
    const ends = direction === (params.side === 'src' ? 'down' : 'up');
    return ends ? { ends: 'fin', ...momentOf(params) } : {};
  },
};
