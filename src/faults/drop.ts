import { type FaultKind, PACKET_SCOPES, SIDE, sideOf } from './fault.ts';

/** Only the packet that opens a connection. */
const SYN = 'tcp flags & (syn | ack) == syn';

// True packet loss: peers see unacknowledged segments, retransmits and connect timeouts, as in
// nature, and TCP sends again after heal, so no byte of a stream is lost. Connects get no answer at
// all. A segment of an open connection is dropped too, but reported as ICMP host unreachable, as a
// router without a route does: kernels then do not double their retransmission timer each time (RFC
// 6069), and a connection goes on within a second of heal, however long the cut was. Without it a
// cut of 13 s was followed by up to 12 more of silence. Applications do not see the report.
export const drop: FaultKind = {
  summary: 'drop every packet, both ways: retransmits and connect timeouts, as a cut cable',
  doc:
    "nft drops packets in the proxy's own network namespace. Connections stall and go on after " +
    'heal, connects time out. With report=true kernels are told of each dropped segment of an ' +
    'open connection (ICMP host unreachable), so that they retry steadily and go on within a ' +
    'second of heal; with report=false they hear nothing, double their timers, and may stay ' +
    'silent as long as the cut was. match=syn drops only what opens a connection.',
  example: 'match=syn side=src',
  tier: 'netns',
  stage: 'gate',
  params: {
    match: {
      type: 'choice',
      choices: ['all', 'syn'],
      default: 'all',
      doc: 'every packet, or only those that open a connection',
    },
    side: SIDE,
    report: { type: 'flag', default: true, doc: 'tell kernels of dropped segments' },
  },
  scopes: PACKET_SCOPES,
  cuts: true,
  without: 'jam',
  packets: (params) => ({
    ...sideOf(params),
    rules:
      params.match === 'syn'
        ? [`${SYN} counter drop`]
        : params.report
          ? ['tcp flags & syn == 0 counter reject with icmp type host-unreachable', 'counter drop']
          : ['counter drop'],
  }),
};
