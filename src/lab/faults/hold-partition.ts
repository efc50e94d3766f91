// Partitions that a command holds: they flap, move or wait for something, and always end healed.
//
// The dead man's switch is the proxies' own deadline: every cut is set to last as long as its phase
// may, and a little more. So nothing needs to be renewed, a slow moment heals nothing early, and
// when labctl is killed the phase it was in is the last one.
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { LabError } from '../../errors.ts';
import { seeded } from '../../faults/seed.ts';
import { isCustom } from '../../stack/model.ts';
import { formatDuration } from '../../stack/units.ts';
import { refresh, type Session } from '../session.ts';
import { findAll, openLookup } from './addresses.ts';
import {
  addFaults,
  listFaults,
  type NewFault,
  type Placements,
  SEED_MAX,
} from './change-faults.ts';
import { type FaultChange, faultChange } from './fault-change.ts';
import { faultRemove } from './faults.ts';
import {
  chasing,
  type Flap,
  flapping,
  follow,
  type Phases,
  rolling,
  type Stage,
  within,
} from './hold-phases.ts';
import { askLeaders, openWatch, POLL_MS, parseUntil } from './hold-until.ts';
import { type PartitionOptions, partition } from './partition.ts';

/** A partition, and how it is held. Of `flap`, `rollingMs` and `chase` there is one at most. */
export interface HoldOptions extends Omit<PartitionOptions, 'dryRun'> {
  readonly flap?: Flap | undefined;
  /** Isolates one node after the other, each for so long: those of the sides, or all. */
  readonly rollingMs?: number | undefined;
  /** With `isolate: 'leader'`: moves to the new leader at every election. */
  readonly chase?: boolean | undefined;
  /** `leader-changed`, `log=REGEX`, `log@NODE=REGEX`, `lag>ENTRIES`; ends the whole when met. */
  readonly until?: string | undefined;
  /** How long `until` may take. Default one minute. */
  readonly timeoutMs?: number | undefined;
}

/** One line of `-o json`. */
export interface HoldEvent {
  readonly version: 1;
  readonly lab: string;
  readonly event: 'started' | 'cut' | 'healed' | 'met';
  /** Since the beginning. */
  readonly atMs: number;
  /** Of `started`: whatever is left to chance follows from it. */
  readonly seed?: number;
  /** Of `cut`: who is alone, where that moves. */
  readonly node?: string;
  /** Of `cut` and `healed`: which edges, with what. */
  readonly change?: FaultChange;
  /** How long this phase is meant to last; null where something else ends it. */
  readonly forMs?: number | null;
  /** Of `met`: what met the condition. */
  readonly met?: string;
}

export interface HoldResult {
  /** What met the condition; null where there was none. */
  readonly met: string | null;
  readonly tookMs: number;
  readonly seed: number;
}

type Tell = (event: HoldEvent['event'], more: Partial<HoldEvent>) => void;

const TIMEOUT_MS = 60_000;

/** How much longer than its phase a cut may live when nobody heals it. */
const GRACE_MS = 2_000;

/**
 * Ends with the lab healed of what was cut here, and of nothing else. Throws
 * wait-timeout when `until` was not met, what `partition` throws, and AbortError; healed then too.
 */
export async function holdPartition(
  session: Session,
  options: HoldOptions,
  say: (event: HoldEvent) => void,
  signal: AbortSignal = new AbortController().signal,
): Promise<HoldResult> {
  const { until, timeoutMs = TIMEOUT_MS, seed = randomInt(SEED_MAX) } = options;
  checkHold(options);
  const watch = until === undefined ? undefined : await openWatch(session, parseUntil(until));
  const totalMs = watch ? timeoutMs : (options.forMs ?? Number.POSITIVE_INFINITY);
  const over = new AbortController();
  const stop = AbortSignal.any([over.signal, signal]);
  const startedMs = performance.now();
  const atMs = () => Math.round(performance.now() - startedMs);
  const tell: Tell = (event, more) =>
    say({ version: 1, lab: session.name, event, atMs: atMs(), ...more });
  const drawn = { ...options, seed };
  const stage = openStage(session, drawn, tell, stop);
  const phases = await phasesOf(session, drawn, totalMs, stage);
  tell('started', { seed });
  const following = follow(phases, stage).then(() => undefined);
  const watching = watch?.(stop);
  watching?.catch(() => {}); // it may go on a little after the race is over
  try {
    const met = await Promise.race(watching ? [watching, following] : [following]);
    const tookMs = atMs();
    if (met !== undefined) tell('met', { met });
    over.abort();
    await following.catch(unlessAborted);
    signal.throwIfAborted();
    if (watch && met === undefined) throw notMet(until!, timeoutMs);
    return { met: met ?? null, tookMs, seed };
  } finally {
    over.abort();
    await following.catch(unlessAborted);
  }
}

const notMet = (until: string, timeoutMs: number): LabError =>
  new LabError('wait-timeout', `not ${until} within ${formatDuration(timeoutMs)}; it is healed`);

function unlessAborted(error: Error): void {
  if (error.name !== 'AbortError') throw error;
}

/** Throws usage for options that do not go together, or never end. */
export function checkHold({ flap, rollingMs, chase, until, ...options }: HoldOptions): void {
  const refuse = (text: string) => {
    throw new LabError('usage', text, { hint: 'labctl partition --help' });
  };
  const ways = [flap, rollingMs, chase || undefined].filter((way) => way !== undefined);
  if (ways.length > 1) refuse('--flap, --rolling and --chase exclude each other');
  if (until !== undefined && options.forMs !== undefined)
    refuse('--until ends by itself; say how long it may take with --timeout, not --for');
  if (until === undefined && options.timeoutMs !== undefined)
    refuse('--timeout belongs to --until; --for says how long');
  if (chase && options.isolate !== 'leader') refuse('--chase wants --isolate leader');
  if (flap === undefined && rollingMs === undefined && (until ?? options.forMs) === undefined)
    refuse('nothing ends this: say --for or --until');
  if (rollingMs !== undefined && options.isolate !== undefined)
    refuse('--rolling isolates one node after the other; name them without --isolate');
  if (until !== undefined) parseUntil(until);
}

/** Throws partition-invalid, node-unknown. */
async function phasesOf(
  session: Session,
  { flap, rollingMs, chase, sides = [], seed = 0 }: HoldOptions,
  totalMs: number,
  stage: Stage,
): Promise<Phases> {
  if (chase) return chasing(leaderNow(session), stage, totalMs, POLL_MS);
  if (flap) return within(flapping(flap, seeded(seed)), totalMs);
  if (rollingMs === undefined) return [{ cut: true, forMs: totalMs }];
  const { nodes } = session.model;
  const named = await findAll(openLookup(session), sides.flat().join(','));
  const system = nodes.filter((node) => !isCustom(node)).map(({ name }) => name);
  const turn = sides.length ? named : system;
  if (turn.length < 2)
    throw new LabError('partition-invalid', '--rolling moves between two nodes at least');
  return within(rolling(turn, rollingMs), totalMs);
}

/** Asks who leads, always of the group that was the first to have a leader. */
function leaderNow(session: Session): () => Promise<string | undefined> {
  let group: string | undefined;
  return async () => {
    const leaders = await askLeaders(await refresh(session));
    group ??= leaders.keys().next().value;
    return group === undefined ? undefined : leaders.get(group);
  };
}

/** What was cut first: the same is cut again, whoever bears a role by then. */
interface Sticky {
  readonly change: FaultChange;
  readonly placements: Placements;
}

/** Read from the proxies, so that it is so for every shape and mode. */
async function placementsOf(session: Session, { faults: ids }: FaultChange): Promise<Placements> {
  const placements = new Map<string, NewFault[]>();
  for (const { edge, fault } of await listFaults(session)) {
    const { id, kind, params, scope } = fault;
    const again = { kind, params, ...(scope && { scope }) };
    if (ids.includes(id)) placements.set(edge, [...(placements.get(edge) ?? []), again]);
  }
  return placements;
}

/** The lab as the loop sees it: one cut at a time, and the same edges again each time. */
function openStage(
  session: Session,
  { flap, rollingMs, chase, until, timeoutMs, sides, isolate, ...base }: HoldOptions,
  tell: Tell,
  signal: AbortSignal,
): Stage {
  const given = { ...(sides && { sides }), ...(isolate !== undefined && { isolate }) };
  let sticky: Sticky | undefined;
  let held: FaultChange | undefined;

  const heal = async (nextForMs?: number) => {
    if (!held) return;
    const change = await faultRemove(await refresh(session), held.faults);
    held = undefined;
    tell('healed', {
      change,
      ...(nextForMs === undefined ? {} : { forMs: Math.round(nextForMs) }),
    });
  };
  const again = async ({ change, placements }: Sticky, forMs: number): Promise<FaultChange> => {
    const { seed, faults } = change;
    const setting = { from: 'partition', id: faults[0]!, seed, forMs };
    const added = await addFaults(await refresh(session), placements, setting);
    return faultChange(session, change, added);
  };
  return {
    now: () => performance.now(),
    sleep: (ms) => sleep(ms, undefined, { signal }),
    heal,
    cut: async (node, phaseMs) => {
      await heal();
      signal.throwIfAborted();
      const forMs = phaseMs + GRACE_MS;
      if (node === undefined && sticky) {
        held = await again(sticky, forMs);
      } else {
        const who = node === undefined ? given : { isolate: node };
        const current = await refresh(session);
        held = await partition(current, { ...base, ...who, forMs });
        if (node === undefined)
          sticky = { change: held, placements: await placementsOf(current, held) };
      }
      const alone = node === undefined ? {} : { node };
      tell('cut', { ...alone, change: held, forMs: Math.round(phaseMs) });
    },
  };
}
