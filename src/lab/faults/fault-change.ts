// What a command that changed faults answers with: the shape of `partition -o json` and its like.
import type { OneWay } from '../../shapes/shape.ts';
import type { Session } from '../session.ts';
import type { Added, Removed } from './change-faults.ts';
import type { ReachMap } from './placements.ts';

export interface FaultChange {
  readonly version: 1;
  readonly lab: string;
  readonly requested: string;
  /** Roles, zones and globs, and what they were resolved to. */
  readonly resolved: Readonly<Record<string, string>>;
  readonly edges: readonly string[];
  /** How many edges could have been chosen: all of the scope. */
  readonly of: number;
  readonly mode: string;
  /** How a partition cuts in one order only; null where edges are cut whole. */
  readonly oneWay?: OneWay | null;
  /** What a partition leaves of the way from each node to each other; and who sees whom. */
  readonly reach?: ReachMap['reach'];
  readonly sees?: ReachMap['sees'];
  /** What may surprise, such as another mode than was asked for. */
  readonly notice?: string;
  readonly faults: readonly string[];
  /** Whether a partition drew who is cut. */
  readonly drawn?: boolean;
  /** What every choice was drawn from. */
  readonly seed?: number;
  /** Edge -> connections that were hit at once. */
  readonly connections?: Readonly<Record<string, number>>;
  /** Edges that carried nothing in the last 10 s: their fault may go unnoticed. */
  readonly quiet?: readonly string[];
  readonly tookMs: number;
}

type Planned = Pick<FaultChange, 'requested' | 'resolved' | 'edges' | 'of' | 'mode'> &
  Partial<FaultChange>;

/** With nothing added it is what a dry run answers. */
export function faultChange({ name }: Session, planned: Planned, added?: Added): FaultChange {
  const base = { version: 1, lab: name, ...planned } as const;
  if (!added) return { ...base, faults: [], tookMs: 0 };
  const { id, seed, connections, quiet, tookMs } = added;
  return { ...base, faults: [id], seed, connections, quiet, tookMs: Math.round(tookMs) };
}

/** The same of faults that were taken away; `of` so many edges. */
export const faultsRemoved = (
  { name }: Session,
  planned: Pick<FaultChange, 'requested' | 'of' | 'mode'>,
  { edges, faults, tookMs }: Removed,
): FaultChange => ({
  version: 1,
  lab: name,
  ...planned,
  resolved: {},
  edges,
  faults,
  tookMs: Math.round(tookMs),
});
