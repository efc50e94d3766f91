import { cutBetween, need } from './sets.ts';
import type { Shape } from './shape.ts';

// One link down while both ends see the rest: 51 reported failures of 12 systems (Nifty, OSDI
// 2020), and Cloudflare's outage of November 2020.
export const partial: Shape = {
  summary: 'a pair is cut, and both still see the rest; the leader and another if none is named',
  picture: 'a x b; a -- c -- b',
  flag: { takes: 'picks', preset: 'leader,random' },
  cuts({ flags }) {
    const pair = flags.partial ?? [];
    need(
      new Set(pair).size === 2,
      `--partial takes two nodes, a,b; ${pair.join(', ') || 'none'} is given`,
    );
    return cutBetween(pair.slice(0, 1), pair.slice(1));
  },
};
