import { cutApart, everybody, need } from './sets.ts';
import type { Shape } from './shape.ts';

// Those that no side names make up one more side, so `split etcd-1` is isolation.
export const split: Shape = {
  summary: 'no side talks to another; nodes that are not named are one more side',
  picture: 'a x b,c x d,e',
  cuts({ sides, ...input }) {
    const named = sides.flat();
    const twice = named.find((name, i) => named.indexOf(name) !== i);
    need(twice === undefined, `${twice} is named twice`);
    const all = everybody(input);
    const rest = all.filter((name) => !named.includes(name));
    const groups = [...sides, rest].filter(({ length }) => length);
    need(groups.length > 1, `all ${all.length} nodes are on one side: there is nothing to cut`);
    return cutApart(groups);
  },
};
