import type { FaultKind } from './fault.ts';

// True packet loss: peers see unacknowledged segments, retransmits and connect timeouts, as in
// nature, and TCP sends again after heal, so no byte of a stream is lost. Connects get no answer at
// all. A segment of an open connection is dropped too, but reported as ICMP host unreachable, as a
// router without a route does: kernels then do not double their retransmission timer each time (RFC
// 6069), and a connection goes on within a second of heal, however long the cut was. Without it a
// cut of 13 s was followed by up to 12 more of silence. Applications do not see the report.
export const drop: FaultKind = {
  summary: 'drop every packet, both ways: retransmits and connect timeouts, as a cut cable',
  tier: 'netns',
  params: {},
  cuts: true,
  packets: ['tcp flags & syn == 0 reject with icmp type host-unreachable', 'drop'],
};
