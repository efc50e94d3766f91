import { type FaultKind, STREAM_SCOPES } from './fault.ts';

// Kernel buffers fill and the sender blocks by its TCP window; kernels still acknowledge, so
// keepalives and connects succeed.
export const jam: FaultKind = {
  summary: 'stop reading and writing; nothing is lost, all bytes go on after heal',
  doc:
    'Connections stay, and new ones are accepted. Kernel buffers fill until the sender blocks ' +
    'by its TCP window. Lossless: when it is removed all bytes go on, in order.',
  example: '',
  tier: 'stream',
  stage: 'gate',
  params: {},
  scopes: STREAM_SCOPES,
  cuts: true,
  stream: () => ({ held: true }),
};
