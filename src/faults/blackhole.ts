import { type FaultKind, STREAM_SCOPES, type StreamEffect } from './fault.ts';

export const blackhole: FaultKind = {
  summary: 'accept and acknowledge every byte, and throw it away',
  doc:
    'The sender believes that its bytes arrived. A connection that lost bytes is reset when ' +
    'the fault is removed, or after the time given, and never resumed: a stream with a hole in ' +
    'it does not exist in nature.',
  example: 'after=30s',
  tier: 'stream',
  stage: 'gate',
  params: {
    after: { type: 'duration', optional: true, doc: 'reset the connection after this long' },
  },
  scopes: STREAM_SCOPES,
  cuts: true,
  lossy: true,
  stream: ({ after }): StreamEffect[] => [
    { discards: true },
    ...(typeof after === 'number' ? [{ ends: 'rst' as const, afterMs: after }] : []),
  ],
};
