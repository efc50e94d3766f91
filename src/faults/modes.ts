// The modes of a partition: every kind that lets nothing through, and mixtures that have a name. A
// mode is a list of faults that are put on an edge together, under one id.
import { faultKinds } from './index.ts';

interface Mode {
  readonly summary: string;
  /** Each as `fault add` takes it: the kind and its parameters. */
  readonly faults: readonly string[];
  /** What is left of an edge: open connections, or a link that is bad; nothing if not said. */
  readonly leaves?: 'connections' | 'link';
}

const cutting = Object.entries(faultKinds).filter(([, { cuts }]) => cuts);

export const modes: Readonly<Record<string, Mode>> = {
  ...Object.fromEntries(cutting.map(([kind, { summary }]) => [kind, { summary, faults: [kind] }])),
  'no-new': {
    summary: 'refuse new connections; those that are open live',
    faults: ['refuse existing=keep'],
    leaves: 'connections',
  },
  gray: {
    summary: 'no cut, but a sick link: slow, stuttering and narrow',
    faults: ['latency delay=200ms jitter=150ms', 'stutter prob=5% rto=200ms', 'rate rate=1mbit'],
    leaves: 'link',
  },
};
