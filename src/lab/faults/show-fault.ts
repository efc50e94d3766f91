import type { Fault } from '../../faults/fault.ts';

/** A fault as `status` and `fault ls` show it. */
export type ShownFault = Omit<Fault, 'until' | 'startsAt' | 'firstNew'> & {
  /** When it begins, if it has not yet, and when it ends by itself: ISO 8601, or null. */
  readonly startsAt: string | null;
  readonly until: string | null;
};

export function showFault({ firstNew, startsAt, until, ...fault }: Fault): ShownFault {
  const moment = (at: number | undefined) => (at === undefined ? null : new Date(at).toISOString());
  return {
    ...fault,
    startsAt: firstNew === undefined ? moment(startsAt) : null,
    until: moment(until),
  };
}
