import { need } from './sets.ts';
import type { Cut, Shape } from './shape.ts';

export const replicaLink: Shape = {
  summary: 'between a primary and its replicas data stops, or with ack the way back does',
  picture: 'primary -/-> replica; primary <-- replica',
  flag: { takes: ['data', 'ack'], preset: 'data' },
  oneWay: 'data',
  asksLeader: () => true,
  cuts({ nodes, flags }) {
    const links = nodes
      .filter(({ leader }) => leader)
      .flatMap(({ name, group }) =>
        nodes
          .filter((other) => other.group === group && other.name !== name)
          .map((replica): Cut => [name, replica.name]),
      );
    need(links.length, 'no node of this lab is primary and has replicas');
    const [what = 'data'] = flags['replica-link'] ?? [];
    return what === 'data' ? links : links.map(([from, to]): Cut => [to, from]);
  },
};
