import { halves } from './halves.ts';
import { needNodes, shuffle } from './sets.ts';
import type { Shape } from './shape.ts';

export const randomHalves: Shape = {
  summary: 'halves, and the seed draws who is in which',
  picture: 'b,e x a,c,d',
  cuts(input) {
    needNodes('random-halves', input.nodes, 2);
    return halves.cuts({ ...input, nodes: shuffle(input.nodes, input.random) });
  },
};
