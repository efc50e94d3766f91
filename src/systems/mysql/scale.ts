// A group of servers grows by replicas, which the bootstrap's own step copies from the primary, and
// shrinks by replicas. Taking the primary away would be a failover: that is for `promote`.
import { LabError } from '../../errors.ts';
import type { Scaling } from '../../stack/scaling.ts';
import { askedOf } from './config.ts';
import { claimOf } from './health.ts';
import { readState } from './state.ts';

export const replicaScaling: Scaling = {
  sizes: (group) => ({ [group]: ['nodes'] }),
  leave: async (node, nodes) => {
    const going = nodes.find((reached) => reached.node.name === node.name);
    const state = going && (await readState(going.access, askedOf(going.config)));
    if (!state || !claimOf(state, false).leader) return undefined;
    const others = nodes.filter(
      ({ node: { group, name } }) => group === node.group && name !== node.name,
    );
    throw new LabError('node-state', `${node.name} is the primary, and would be the first to go`, {
      hint: `labctl promote ${others[0]?.node.name ?? 'another server'}`,
    });
  },
};
