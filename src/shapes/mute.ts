import { deaf } from './deaf.ts';
import type { Cut, Shape } from './shape.ts';

export const mute: Shape = {
  summary: 'nothing that these nodes say gets out, and they hear all',
  picture: 'a -/-> b,c,d,e; b,c,d,e --> a',
  flag: { takes: 'picks' },
  oneWay: 'data',
  cuts: ({ flags, ...input }) =>
    deaf.cuts({ ...input, flags: { deaf: flags.mute } }).map(([from, to]): Cut => [to, from]),
};
