import type { Fault } from '../faults/fault.ts';

/** A fault as `status` and `fault ls` show it. */
export type ShownFault = Omit<Fault, 'until'> & {
  /** When it ends by itself: ISO 8601, or null. */
  readonly until: string | null;
};

export const showFault = (fault: Fault): ShownFault => ({
  ...fault,
  until: fault.until === undefined ? null : new Date(fault.until).toISOString(),
});
