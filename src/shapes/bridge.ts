import { cutApart, namesOf, needNodes, theOne } from './sets.ts';
import type { Shape } from './shape.ts';

export const bridge: Shape = {
  summary: 'two halves that do not see each other, and one node that sees both',
  picture: 'a,b -- C -- d,e',
  flag: { takes: 'pick', preset: 'random' },
  cuts({ nodes, flags }) {
    needNodes('bridge', nodes, 3, 'two to cut and one between');
    const middle = theOne('bridge', flags.bridge);
    const others = namesOf(nodes).filter((name) => name !== middle);
    const half = Math.floor(others.length / 2);
    return cutApart([others.slice(0, half), others.slice(half)]);
  },
};
