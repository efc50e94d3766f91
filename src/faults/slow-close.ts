import { type FaultKind, STREAM_SCOPES } from './fault.ts';

export const slowClose: FaultKind = {
  summary: 'hold the end of a stream back; data is not affected',
  doc: 'A FIN, or a reset, of one side reaches the other only this much later. Bytes pass as ever.',
  example: 'delay=5s',
  tier: 'stream',
  stage: 'limit',
  params: { delay: { type: 'duration', doc: 'how long the end waits' } },
  scopes: STREAM_SCOPES,
  stream: ({ delay }) => ({ endDue: (dueMs) => dueMs + Number(delay) }),
};
