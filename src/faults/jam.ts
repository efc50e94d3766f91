import type { FaultKind } from './fault.ts';

// Kernel buffers fill and the sender blocks by its TCP window; kernels still acknowledge, so
// keepalives and connects succeed. Lossless: on clear all bytes go on in order.
export const jam: FaultKind = {
  summary: 'stop reading and writing; nothing is lost, all bytes go on after heal',
  tier: 'stream',
  params: {},
  cuts: true,
  stream: () => ({ held: true }),
};
