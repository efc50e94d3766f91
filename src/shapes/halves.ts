import { cutApart, namesOf, needNodes } from './sets.ts';
import type { Shape } from './shape.ts';

export const halves: Shape = {
  summary: 'the first half from the second, which has one more of an odd number',
  picture: 'a,b x c,d,e',
  cuts({ nodes }) {
    needNodes('halves', nodes, 2);
    const names = namesOf(nodes);
    const middle = Math.floor(names.length / 2);
    return cutApart([names.slice(0, middle), names.slice(middle)]);
  },
};
