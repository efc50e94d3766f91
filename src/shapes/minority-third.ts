import { cutApart, namesOf, needNodes, shuffle } from './sets.ts';
import type { Shape } from './shape.ts';

// As many as a system of 3f+1 nodes may lose. After jepsen's minority-third.
export const minorityThird: Shape = {
  summary: 'as many as are less than a third, drawn by the seed, from the rest',
  picture: 'b x a,c,d,e',
  cuts({ nodes, random }) {
    needNodes('minority-third', nodes, 4, 'as one of three is a third already');
    const names = shuffle(namesOf(nodes), random);
    const third = Math.ceil(names.length / 3) - 1;
    return cutApart([names.slice(0, third), names.slice(third)]);
  },
};
