import { type FaultKind, PACKET_SCOPES, SIDE, sideOf } from './fault.ts';

export const dropNth: FaultKind = {
  summary: 'drop every nth packet; TCP sends it again',
  doc: 'Real loss of packets, counted by the kernel, also where it has no netem.',
  example: 'every=10',
  tier: 'netns',
  stage: 'gate',
  params: { every: { type: 'count', doc: 'of so many packets one is dropped' }, side: SIDE },
  scopes: PACKET_SCOPES,
  check: ({ every }) => (every === 0 ? 'every must be 1 or more' : undefined),
  without: 'stutter',
  packets: (params) => ({
    ...sideOf(params),
    rules: [`numgen inc mod ${params.every} == 0 counter drop`],
  }),
};
