import { cutAllBut, need } from './sets.ts';
import type { Shape } from './shape.ts';

// The leader at one end does not see the far end, which stands for election and deposes it, and so
// on in turn: the livelock of chained nodes in OmniPaxos (Ng et al., EuroSys 2023).
export const chain: Shape = {
  summary: 'each sees its neighbours alone; all nodes, from the leader on, if none is named',
  picture: 'L -- b -- c -- d -- e',
  flag: { takes: 'picks', preset: 'leader,all' },
  cuts({ flags }) {
    const links = flags.chain ?? [];
    const count = links.length;
    need(count > 2, `a chain needs 3 nodes or more; ${count} is given: ${links.join(', ')}`);
    return cutAllBut(links, (a, b) => Math.abs(links.indexOf(a) - links.indexOf(b)) === 1);
  },
};
