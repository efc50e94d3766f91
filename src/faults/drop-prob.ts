import { type FaultKind, PACKET_SCOPES, SIDE, sideOf } from './fault.ts';

const MILLION = 1_000_000;

export const dropProb: FaultKind = {
  summary: 'drop packets by chance; TCP sends them again',
  doc:
    "Real loss of packets, also where the kernel has no netem. The kernel's own chance: no " +
    'seed.',
  example: 'p=5%',
  tier: 'netns',
  stage: 'gate',
  params: { p: { type: 'share', doc: 'how likely a packet is dropped' }, side: SIDE },
  scopes: PACKET_SCOPES,
  check: ({ p }) => (Number(p) * MILLION < 1 ? 'p must be a millionth or more' : undefined),
  without: 'stutter',
  packets: (params) => ({
    ...sideOf(params),
    rules: [
      `numgen random mod ${MILLION} < ${Math.round(Number(params.p) * MILLION)} counter drop`,
    ],
  }),
};
