import { cutBetween, namesOf, need } from './sets.ts';
import type { Shape } from './shape.ts';

// With --client-side leader, and the leader isolated after it, clients are left with an old leader:
// the way to look for stale reads.
export const clientSide: Shape = {
  summary: 'clients (your machine, your containers) see no node, or only those named',
  picture: 'host x a,c,d,e; host -- b',
  flag: { takes: 'nodes', preset: '' },
  edges: 'all',
  cuts({ nodes, others, flags }) {
    need(others.length, 'no client is in reach; --edges all takes your machine for one');
    const seen = flags['client-side'] ?? [];
    const hidden = namesOf(nodes).filter((name) => !seen.includes(name));
    need(hidden.length, 'clients would see all nodes: there is nothing to cut');
    return cutBetween(others, hidden);
  },
};
