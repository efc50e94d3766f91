import { CONNECTION_SCOPES, type FaultKind, MOMENT, momentOf } from './fault.ts';

export const reset: FaultKind = {
  summary: 'reset connections (ECONNRESET): at once, after a time, or after so many bytes',
  doc:
    'Both sides get an RST (linger 0), behind the bytes that passed before. Without after and ' +
    'bytes every connection is reset as soon as it is there. once=true resets those that are ' +
    'there now and lets new ones through.',
  example: 'bytes=1MB',
  tier: 'stream',
  stage: 'limit',
  params: {
    ...MOMENT,
    once: { type: 'flag', default: false, doc: 'spare connections that are made later' },
  },
  scopes: [...CONNECTION_SCOPES, 'direction'],
  cuts: true,
  stream: (params, { existing }) =>
    params.once && !existing ? {} : { ends: 'rst', ...momentOf(params) },
};
