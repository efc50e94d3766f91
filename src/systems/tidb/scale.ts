// How each role of the family comes and goes. A TiDB needs no step: it keeps nothing, and another
// becomes the owner of DDL by itself.
import type { Node } from '../../stack/model.ts';
import type { ScaleStep, Scaling } from '../../stack/scaling.ts';
import { leave as drain } from './captures.ts';
import * as members from './members.ts';
import { prefixOf, type Role, roleOf, rolesOf } from './roles.ts';
import { read } from './schema.ts';
import * as stores from './stores.ts';

type Steps = Pick<Scaling, 'join' | 'settle' | 'leave' | 'isLeaving'>;

const STEPS: Readonly<Record<Role, Steps>> = {
  pd: members,
  tikv: stores,
  tidb: {},
  tiflash: stores,
  ticdc: { leave: drain },
};

const byRole =
  (step: 'join' | 'settle' | 'leave'): ScaleStep =>
  async (node, nodes) =>
    STEPS[roleOf(node)][step]?.(node, nodes);

export const scaling: Scaling = {
  sizes: (group, config) =>
    Object.fromEntries(
      rolesOf(read(config).mode).map((role) => [prefixOf(group) + role, [role, 'count']]),
    ),
  join: byRole('join'),
  settle: byRole('settle'),
  leave: byRole('leave'),
  isLeaving: async (node, nodes) => (await STEPS[roleOf(node)].isLeaving?.(node, nodes)) ?? false,
  check: (leaving, nodes) => {
    const keeps = (node: Node) => STEPS[roleOf(node)] === stores;
    return stores.check(leaving.filter(keeps), nodes);
  },
};
