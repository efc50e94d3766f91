import { everybody, majority, namesOf, need, shuffle } from './sets.ts';
import type { Cut, Shape } from './shape.ts';

// With keep-majority cuts are taken back, in an order that is drawn too, until one node sees a
// majority: until then nobody can lead. Two see each other when neither edge between them is cut.
export const random: Shape = {
  summary: 'each directed edge with this probability; --keep-majority leaves one node a majority',
  picture: 'a -/-> b, c -/-> a, e -/-> d',
  flag: { takes: 'number' },
  flags: { 'keep-majority': { takes: 'switch' } },
  oneWay: 'edge',
  cuts({ flags, random, ...input }) {
    const [text = ''] = flags.random ?? [];
    const share = Number(text);
    need(
      text !== '' && share > 0 && share <= 1,
      `--random ${text} is no probability; write one above 0, and 1 at most`,
    );
    const all = everybody(input);
    need(all.length > 1, 'there is but one node: there is nothing to cut');
    const drawn = all.flatMap((from) =>
      all.flatMap((to): Cut[] => (from !== to && random() < share ? [[from, to]] : [])),
    );
    if (!flags['keep-majority']) return drawn;
    const cuts = shuffle(drawn, random);
    while (cuts.length && !seesMajority(namesOf(input.nodes), cuts)) cuts.pop();
    return cuts;
  },
};

const seesMajority = (names: readonly string[], cuts: readonly Cut[]): boolean => {
  const cut = new Set(cuts.flatMap(([a, b]) => [`${a} ${b}`, `${b} ${a}`]));
  const seen = (a: string) => names.filter((b) => !cut.has(`${a} ${b}`)).length;
  return names.some((name) => seen(name) >= majority(names.length));
};
