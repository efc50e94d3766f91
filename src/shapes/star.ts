import { cutAllBut, namesOf, needNodes, theOne } from './sets.ts';
import type { Shape } from './shape.ts';

// The quorum-loss case of OmniPaxos (Ng et al., EuroSys 2023): the leader sees the hub, which hears
// its heartbeats and starts no election, and nobody but the hub could win one.
export const star: Shape = {
  summary: 'only edges to one node live, the hub; a follower where none is named',
  picture: 'a -- H, b -- H, c -- H, d -- H',
  flag: { takes: 'pick', preset: 'follower' },
  cuts({ nodes, flags }) {
    needNodes('star', nodes, 4, 'as with fewer two nodes are a majority, and each sees the hub');
    const hub = theOne('star', flags.star);
    return cutAllBut(namesOf(nodes), (a, b) => a === hub || b === hub);
  },
};
