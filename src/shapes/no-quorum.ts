import { cutApart, namesOf, needNodes, shuffle } from './sets.ts';
import type { Shape } from './shape.ts';

const GROUPS = 3;

export const noQuorum: Shape = {
  summary: 'three groups, drawn by the seed, none of them a majority',
  picture: 'a,d x b,e x c',
  cuts({ nodes, random }) {
    needNodes('no-quorum', nodes, 2);
    const names = shuffle(namesOf(nodes), random);
    const hands = Array.from({ length: GROUPS }, (_, hand) =>
      names.filter((_name, i) => i % GROUPS === hand),
    );
    return cutApart(hands);
  },
};
