import { type FaultKind, SIDE, sideOf } from './fault.ts';

export const unplug: FaultKind = {
  summary: "take the proxy's link down, as a cable pulled out of it",
  doc:
    'Both links, or one, are down; names still resolve, and addresses stay. On a host edge ' +
    "the proxy's own probes are cut too, so status cannot see the node.",
  example: 'side=dst',
  tier: 'netns',
  stage: 'gate',
  params: { side: SIDE },
  scopes: [],
  cuts: true,
  without: 'jam',
  packets: (params) => ({ ...sideOf(params), unplugs: true }),
};
