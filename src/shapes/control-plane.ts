import { cutBetween, namesOf, need } from './sets.ts';
import type { Shape } from './shape.ts';

/** Roles on which the other nodes of a system depend: TiDB's PD, Vitess's topology server. */
const ROLES = ['pd', 'topo'];

export const controlPlane: Shape = {
  summary: `nodes of the roles ${ROLES.join(' and ')}, or those named, from all other nodes`,
  picture: 'pd x tikv,tidb',
  flag: { takes: 'nodes', preset: '' },
  cuts({ nodes, others, flags }) {
    const given = flags['control-plane'] ?? [];
    const ofRole = nodes.filter(({ role }) => ROLES.includes(role));
    const plane = given.length ? given : namesOf(ofRole);
    need(
      plane.length,
      `no node of this lab has the role ${ROLES.join(' or ')}; name a node, a group or a role`,
    );
    const rest = [...namesOf(nodes), ...others].filter((name) => !plane.includes(name));
    need(rest.length, 'all nodes are of the control plane: there is nothing to cut');
    return cutBetween(plane, rest);
  },
};
