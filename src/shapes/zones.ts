import { cutApart, everybody, need } from './sets.ts';
import type { Shape } from './shape.ts';

export const zones: Shape = {
  summary: 'no zone talks to another; nodes in none are one more zone',
  picture: '@eu x @us x @asia',
  cuts(input) {
    const zoneOf = new Map(input.nodes.map(({ name, zone }) => [name, zone]));
    const known = [...new Set(zoneOf.values())].filter((zone) => zone !== undefined);
    need(known.length, 'no node of this lab is in a zone; zones: in its stack file says where');
    const groups = [...known, undefined].map((zone) =>
      everybody(input).filter((name) => zoneOf.get(name) === zone),
    );
    const there = groups.filter(({ length }) => length);
    need(there.length > 1, `all nodes are in zone ${known[0]}: there is nothing to cut`);
    return cutApart(there);
  },
};
