// Changes the fault lists of many edges: all of them, or none and an error.
import { randomInt } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { isUnavailable } from '../../control/client.ts';
import type { EdgeState, WantedFault } from '../../control/protocol.ts';
import { LabError } from '../../errors.ts';
import type { Fault, FaultParams, Scope, Tier } from '../../faults/fault.ts';
import { faultKinds } from '../../faults/index.ts';
import { type Controls, openControls, requireAll } from '../controls.ts';
import { type Session, startOf } from '../session.ts';

/** A fault to be set on one edge: what is common to all edges is in `Setting`. */
export interface NewFault {
  readonly kind: string;
  readonly params: FaultParams;
  readonly scope?: Scope;
  /** What to set where this engine cannot do it; without one that is an error. */
  readonly instead?: NewFault;
}

export interface Setting {
  /** What sets it: `partition`, `fault`, `wan`, ... */
  readonly from: string;
  /** How long it stays, once it has begun, and when it begins; the proxies keep the time. */
  readonly forMs?: number | undefined;
  readonly afterMs?: number;
  /** Default: by chance; it is in the answer. */
  readonly seed?: number | undefined;
  /** Default: a new one. Faults of the same id on these edges are replaced. */
  readonly id?: string;
}

export interface Added {
  readonly id: string;
  readonly seed: number;
  /** True when what was given with `instead` is in force. */
  readonly instead: boolean;
  /** Edge -> connections that the faults met when they were set. */
  readonly connections: Readonly<Record<string, number>>;
  /** Edges on which nothing had moved for a while: a fault on them may go unnoticed. */
  readonly quiet: readonly string[];
  /** From the first message to the last acknowledgement. */
  readonly tookMs: number;
}

/** Edge name -> the faults to set on it, in order. */
export type Placements = ReadonlyMap<string, readonly NewFault[]>;

const ID_DIGITS = 3;
const ID_COUNT = 36 ** ID_DIGITS;
export const SEED_MAX = 2 ** 32;
const QUIET_MS = 10_000;

/**
 * Sets faults on many edges under one id: all of them, or none and an error. Throws
 * fault-unavailable, proxy-unreachable, proxy-failed.
 */
export async function addFaults(
  session: Session,
  placements: Placements,
  { from, id = newId(from), seed = randomInt(SEED_MAX), forMs, afterMs }: Setting,
): Promise<Added> {
  const edges = [...placements.keys()];
  using controls = await openControls(session, edges);
  requireAll(controls);
  const startedMs = performance.now();
  const common = { id, from, seed, ...(forMs !== undefined && { forMs }) };
  const wanted = (instead: boolean) =>
    mapValues(placements, (faults) =>
      faults.map((fault): WantedFault => {
        const { kind, params, scope } = (instead && fault.instead) || fault;
        return { ...common, kind, params, ...(scope && { scope }), ...(afterMs && { afterMs }) };
      }),
    );
  const hasInstead = [...placements.values()].flat().every((fault) => fault.instead);
  let instead = false;
  let states: ReadonlyMap<string, EdgeState>;
  try {
    states = await setEverywhere(controls, id, wanted(false));
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    const missing = await missingTier(controls, placements);
    if (!missing) throw error; // it could be done, and went wrong this time
    if (!hasInstead) throw unavailable(placements, missing);
    instead = true;
    states = await setEverywhere(controls, id, wanted(true));
  }
  const tookMs = performance.now() - startedMs;
  return {
    id,
    seed,
    instead,
    connections: Object.fromEntries(mapValues(states, (state) => hitBy(state, id))),
    quiet: edges.filter((edge) => isQuiet(states.get(edge)!)),
    tookMs,
  };
}

const isQuiet = ({ lastActivity, now }: EdgeState): boolean => now - (lastActivity ?? 0) > QUIET_MS;

const hitBy = ({ faults, hit }: EdgeState, id: string): number =>
  Math.max(0, ...faults.map((fault, i) => (fault.id === id ? hit[i]! : 0)));

/**
 * `p4k2`, `f0xa`: the first letter of what set it and chance, so that no two that set at once
 * clash.
 */
const newId = (from: string): string =>
  from[0] + randomInt(ID_COUNT).toString(36).padStart(ID_DIGITS, '0');

const mapValues = <K, V, W>(map: ReadonlyMap<K, V>, change: (value: V) => W): Map<K, W> =>
  new Map([...map].map(([key, value]) => [key, change(value)]));

/** All or none; an edge that was not changed keeps its revision. */
export async function setEverywhere(
  controls: Pick<Controls, 'open'>,
  id: string,
  wanted: ReadonlyMap<string, readonly WantedFault[]>,
): Promise<Map<string, EdgeState>> {
  const edges = [...wanted.keys()];
  const before = new Map<string, readonly Fault[]>();
  const set = (edge: string) =>
    controls.open.get(edge)!.update((faults) => {
      before.set(
        edge,
        faults.filter((fault) => fault.id === id),
      );
      return [...faults.filter((fault) => fault.id !== id), ...wanted.get(edge)!];
    });
  const results = await Promise.allSettled(edges.map(set));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) {
    // Nothing half done: what was set is taken back before anybody hears of it.
    const putBack = ([edge, old]: [string, readonly Fault[]]) =>
      controls.open.get(edge)!.update((faults) => {
        const own = faults.filter((fault) => fault.id === id);
        if (isDeepStrictEqual(own, old)) return undefined;
        return [...faults.filter((fault) => fault.id !== id), ...old];
      });
    await Promise.allSettled([...before].map(putBack));
    throw failed.reason;
  }
  const states = results.map((result) => (result as PromiseFulfilledResult<EdgeState>).value);
  return new Map(edges.map((edge, i) => [edge, states[i]!]));
}

interface MissingTier {
  readonly tier: Tier;
  /** In the words of the tool. */
  readonly problem: string;
}

const kindsOf = (placements: Placements): string[] => [
  ...new Set([...placements.values()].flat().map(({ kind }) => kind)),
];

/** A tier that these faults need and the engine has not. */
async function missingTier(
  { open }: Controls,
  placements: Placements,
): Promise<MissingTier | undefined> {
  const tiers = await open.values().next().value!.tiers();
  const needed = kindsOf(placements).map((kind) => faultKinds[kind]!.tier);
  const tier = needed.find((each) => tiers[each] !== null);
  return tier && { tier, problem: tiers[tier]! };
}

function unavailable(placements: Placements, { tier, problem }: MissingTier): LabError {
  const beyond = kindsOf(placements).filter((kind) => faultKinds[kind]!.tier === tier);
  const { without } = faultKinds[beyond[0]!]!;
  const why = `this engine has no ${tier}: ${problem}`;
  const hint = without && `${without} works everywhere: labctl fault kinds ${without}`;
  return new LabError('fault-unavailable', `${beyond.join(', ')} cannot be set; ${why}`, {
    hint: hint ?? 'labctl doctor says which faults this engine can do',
  });
}

export interface Removed {
  /** Edges that had such a fault. */
  readonly edges: readonly string[];
  /** Ids that are gone. */
  readonly faults: readonly string[];
  readonly tookMs: number;
}

/**
 * Removes from the edges every fault that `matches`, or with `dryRun` says which it would. Edges
 * whose proxy is down are named in proxy-unreachable, after all others are done: their faults would
 * come back with them.
 */
export async function removeFaults(
  session: Session,
  edges: readonly string[],
  matches: (fault: Fault) => boolean,
  dryRun = false,
): Promise<Removed> {
  if (dryRun) {
    const all = await listFaults(session);
    const found = all.filter(({ edge, fault }) => edges.includes(edge) && matches(fault));
    const ids = new Set(found.map(({ fault }) => fault.id));
    return { edges: [...new Set(found.map(({ edge }) => edge))], faults: [...ids], tookMs: 0 };
  }
  using controls = await openControls(session, edges);
  const startedMs = performance.now();
  const gone = new Map<string, readonly string[]>();
  const removals = [...controls.open.keys()].map(async (edge) =>
    gone.set(edge, await remove(controls, edge, matches)),
  );
  await Promise.allSettled(removals); // one that dies midway must not keep the others from healing
  await Promise.all(removals);
  const touched = edges.filter((edge) => gone.get(edge)?.length);
  try {
    requireAll(controls);
  } catch (error) {
    const { code, message } = error as LabError;
    const others = touched.length ? [`healed: ${touched.join(' ')}`] : [];
    throw new LabError(code, `${message}; all other edges are done`, {
      details: [...others, 'a proxy that is down would come back with its faults'],
      hint: `${startOf(session)} starts it, then labctl heal`,
    });
  }
  return {
    edges: touched,
    faults: [...new Set(touched.flatMap((edge) => gone.get(edge)!))].sort(),
    tookMs: performance.now() - startedMs,
  };
}

/** Ids that were removed from the edge. */
async function remove(
  { open }: Controls,
  edge: string,
  matches: (fault: Fault) => boolean,
): Promise<string[]> {
  let gone: string[] = [];
  await open.get(edge)!.update((faults) => {
    gone = faults.filter(matches).map(({ id }) => id);
    return gone.length ? faults.filter((fault) => !matches(fault)) : undefined;
  });
  return gone;
}

/** Every fault of the lab with its edge, edge by edge. Throws proxy-unreachable. */
export async function listFaults(session: Session): Promise<{ edge: string; fault: Fault }[]> {
  using controls = await openControls(session);
  requireAll(controls);
  const lists = await Promise.all(
    session.model.edges.map(async ({ name: edge }) => {
      const { faults } = await controls.open.get(edge)!.get();
      return faults.map((fault) => ({ edge, fault }));
    }),
  );
  return lists.flat();
}
