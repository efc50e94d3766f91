// What the routes need of a lab: these methods of the library. Tests put a fake in its place.
import type { Lab } from '../lab/lab.ts';

export type ApiLab = Pick<
  Lab,
  | 'name'
  | 'status'
  | 'edges'
  | 'faults'
  | 'addFault'
  | 'removeFaults'
  | 'clearFaults'
  | 'partition'
  | 'heal'
  | 'hold'
  | 'wan'
  | 'wanOff'
  | 'wanPresets'
  | 'act'
  | 'scale'
  | 'promote'
  | 'failpoint'
  | 'events'
>;

/** What a client may call a fault: it is shown in tables, and stands in a path. */
export const FAULT_ID = /^[^\p{C}/]{1,64}$/u;
