import { CONNECTION_SCOPES, type FaultKind } from './fault.ts';

export const stallAccept: FaultKind = {
  summary: 'new connections are made, but nobody serves them until it is removed',
  doc:
    'The connect succeeds and what the dialler sends waits in kernel buffers; the node is not ' +
    'dialled. When it is removed every waiting connection is served. Connections that are ' +
    'there go on.',
  example: '',
  tier: 'stream',
  stage: 'gate',
  params: {},
  scopes: CONNECTION_SCOPES,
  dialDelayMs: () => Number.POSITIVE_INFINITY,
};
