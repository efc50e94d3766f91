import type { FaultKind } from './fault.ts';

// True packet loss: peers see unacknowledged segments, retransmits and connect timeouts, as in
// nature. No byte of the stream is lost, TCP retransmits after heal.
export const drop: FaultKind = {
  summary: 'drop every packet, both ways: retransmits and connect timeouts, as a cut cable',
  tier: 'netns',
  params: {},
  cuts: true,
  packets: 'drop',
};
