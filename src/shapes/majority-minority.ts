import { cutApart, majority, namesOf, needNodes, shuffle, theLeader } from './sets.ts';
import type { Shape } from './shape.ts';

export const majorityMinority: Shape = {
  summary: 'the smallest majority from the rest; the leader is in --leader-in minority|majority',
  picture: 'a,b,c x d,e',
  flags: { 'leader-in': { takes: ['minority', 'majority', 'any'] } },
  asksLeader: (flags) => ['minority', 'majority'].includes(flags['leader-in']?.[0] ?? ''),
  cuts({ nodes, flags, random }) {
    needNodes('majority-minority', nodes, 3, 'or nobody is left for the minority');
    const names = shuffle(namesOf(nodes), random);
    const [where] = flags['leader-in'] ?? [];
    if (where === 'minority' || where === 'majority') {
      const leader = theLeader('--leader-in', nodes);
      names.splice(names.indexOf(leader), 1);
      if (where === 'majority') names.unshift(leader);
      else names.push(leader);
    }
    const middle = majority(names.length);
    return cutApart([names.slice(0, middle), names.slice(middle)]);
  },
};
