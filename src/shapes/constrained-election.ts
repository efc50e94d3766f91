import { cutAllBut, namesOf, need, needNodes, theLeader, theOne } from './sets.ts';
import type { Shape } from './shape.ts';

const NAME = 'constrained-election';

// After OmniPaxos (Ng et al., EuroSys 2023). Nobody but the hub can win, and it cannot if its log
// is older than theirs: to have that, isolate the hub, write, and only then cut like this.
export const constrainedElection: Shape = {
  summary: 'the leader is cut off, and of the others each sees only one node, the hub',
  picture: 'L x a,b,c,H; a -- H, b -- H, c -- H',
  flag: { takes: 'pick', preset: 'follower' },
  asksLeader: () => true,
  cuts({ nodes, flags }) {
    needNodes(NAME, nodes, 4, 'as with fewer two nodes are a majority, and each sees the hub');
    const hub = theOne(NAME, flags[NAME]);
    const leader = theLeader(NAME, nodes);
    need(hub !== leader, `${hub} leads, so it cannot be the hub that shall win the next election`);
    const isLeaf = (name: string) => name !== hub && name !== leader;
    return cutAllBut(
      namesOf(nodes),
      (a, b) => (a === hub && isLeaf(b)) || (b === hub && isLeaf(a)),
    );
  },
};
