import { cutAllBut, majority, namesOf, needNodes } from './sets.ts';
import type { Shape } from './shape.ts';

// The nodes stand in a circle, and each sees its nearest neighbours on both sides. Where that falls
// one short of a majority it also sees the one across the circle; of an odd number one is seen so
// twice. Jepsen's majorities-ring, in closed form for any number.
export const ring: Shape = {
  summary: 'each node sees a majority, and no two see the same one',
  picture: 'a -- b -- c -- d -- e -- a',
  cuts({ nodes }) {
    needNodes('ring', nodes, 3, 'as two have but one majority');
    const names = namesOf(nodes);
    const count = names.length;
    const others = majority(count) - 1;
    return cutAllBut(names, (a, b) => {
      const apart = Math.abs(names.indexOf(a) - names.indexOf(b));
      const isNear = Math.min(apart, count - apart) <= Math.floor(others / 2);
      return isNear || (others % 2 === 1 && apart === Math.floor(count / 2));
    });
  },
};
