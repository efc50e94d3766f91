import { LabError } from '../errors.ts';
import type { Cut, Shape } from './shape.ts';

// No side talks to any other. Those that no side names make up one more side, so `split etcd-1` is
// isolation; jepsen calls the result a complete grudge.
export const split: Shape = {
  summary: 'no side talks to another; nodes that are not named are one more side',
  picture: 'labctl partition a b,c     a x b, a x c, b -- c',
  cuts(sides, nodes) {
    const named = sides.flat();
    const twice = named.find((name, i) => named.indexOf(name) !== i);
    if (twice) throw new LabError('partition-invalid', `${twice} is named twice`);
    const rest = nodes.filter((name) => !named.includes(name));
    const all = [...sides, rest].filter((side) => side.length);
    if (all.length < 2)
      throw new LabError(
        'partition-invalid',
        `all ${nodes.length} nodes are on one side: there is nothing to cut`,
      );
    return all.flatMap((side, i) => all.slice(i + 1).flatMap((other) => pairs(side, other)));
  },
};

const pairs = (side: readonly string[], other: readonly string[]): Cut[] =>
  side.flatMap((a) => other.map((b): Cut => [a, b]));
