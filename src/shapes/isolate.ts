import { cutBetween, everybody, need } from './sets.ts';
import type { Shape } from './shape.ts';

// A study of 136 failures in 25 systems found that most are triggered by one node cut off
// (Alquraan et al., OSDI 2018).
export const isolate: Shape = {
  summary: 'each of these nodes is cut from all others, or from those of --from',
  picture: 'a x b,c,d,e',
  flag: { takes: 'picks' },
  flags: { from: { takes: 'nodes' } },
  cuts({ flags, ...input }) {
    const targets = flags.isolate ?? [];
    const cuts = cutBetween(targets, flags.from ?? everybody(input));
    need(cuts.length, `there is nobody to cut ${targets.join(', ')} from`);
    return cuts;
  },
};
