import { everybody, need } from './sets.ts';
import type { Cut, Shape } from './shape.ts';

// It goes on standing for election without hearing that there is a leader: raft's disruptive
// server, which pre-vote and check-quorum are for.
export const deaf: Shape = {
  summary: 'nothing gets to these nodes, and what they say is heard',
  picture: 'b,c,d,e -/-> a; a --> b,c,d,e',
  flag: { takes: 'picks' },
  oneWay: 'data',
  cuts({ flags, ...input }) {
    const cuts = (flags.deaf ?? []).flatMap((to) =>
      everybody(input).flatMap((from): Cut[] => (from === to ? [] : [[from, to]])),
    );
    need(cuts.length, 'there is nobody else: there is nothing to cut');
    return cuts;
  },
};
