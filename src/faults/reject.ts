import { type FaultKind, PACKET_SCOPES, SIDE, sideOf } from './fault.ts';

const answers: Readonly<Record<string, readonly string[]>> = {
  // The answer itself leaves through the same chains.
  'tcp-reset': ['tcp flags & rst == rst accept', 'meta l4proto tcp counter reject with tcp reset'],
  'icmp-port': ['counter reject with icmp type port-unreachable'],
  'icmp-host': ['counter reject with icmp type host-unreachable'],
  'icmp-admin': ['counter reject with icmp type admin-prohibited'],
};

export const reject: FaultKind = {
  summary: 'answer every packet with a refusal: connects fail at once',
  doc:
    'As a firewall that rejects. tcp-reset: connects get ECONNREFUSED, open connections ' +
    'ECONNRESET with their next packet. The icmp kinds: connects get ECONNREFUSED (icmp-port) ' +
    'or EHOSTUNREACH (icmp-host, icmp-admin); open connections stall.',
  example: 'with=icmp-host',
  tier: 'netns',
  stage: 'gate',
  params: {
    with: {
      type: 'choice',
      choices: Object.keys(answers),
      default: 'tcp-reset',
      doc: 'what is answered',
    },
    side: SIDE,
  },
  scopes: PACKET_SCOPES,
  cuts: true,
  without: 'refuse',
  packets: (params) => ({ ...sideOf(params), rules: answers[String(params.with)]! }),
};
