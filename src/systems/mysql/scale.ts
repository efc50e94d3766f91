// A group of servers grows by replicas, which the bootstrap's own step copies from the primary, and
// shrinks by replicas. Taking the primary away would be a failover: that is for `promote`.
import { LabError } from '../../errors.ts';
import type { Scaling } from '../../stack/scaling.ts';
import { askedOf } from './config.ts';
import { lastPrimary } from './member.ts';
import { readState } from './state.ts';

export const replicaScaling: Scaling = {
  sizes: (group) => ({ [group]: ['nodes'] }),
  check: async (leaving, nodes) => {
    const own = nodes.filter(({ node }) => node.group === leaving[0]!.group);
    const asked = own.map(
      async ({ node, access, config }) =>
        [node.name, await readState(access, askedOf(config))] as const,
    );
    // It may be dead: its replicas know it.
    const primary = lastPrimary(await Promise.all(asked));
    if (!leaving.some(({ name }) => name === primary)) return;
    const heir = own.find(({ node }) => !leaving.some(({ name }) => name === node.name));
    throw new LabError('node-state', `${primary} is the primary, and would be among those to go`, {
      hint: heir ? `labctl promote ${heir.node.name}` : 'labctl up, then labctl promote another',
    });
  },
};
