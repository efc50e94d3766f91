// Changes the fault lists of many edges: all of them, or none and an error.
import { randomInt } from 'node:crypto';
import { isPacketsUnavailable } from '../control/client.ts';
import type { EdgeState, WantedFault } from '../control/protocol.ts';
import { LabError } from '../errors.ts';
import type { Fault } from '../faults/fault.ts';
import { type Controls, openControls, requireAll } from './controls.ts';
import type { Session } from './session.ts';

/** A fault without what is given to it here: its id and its start. */
export interface NewFault {
  readonly kind: string;
  readonly params: Fault['params'];
  /** What sets it: `partition` or `fault`. */
  readonly from: string;
  /** How long it stays; the proxy itself keeps the time. */
  readonly forMs?: number;
}

export interface Added {
  readonly id: string;
  /** The kind in force: another than asked for where packets cannot be filtered. */
  readonly kind: string;
  /** From the first message to the last acknowledgement. */
  readonly tookMs: number;
}

const ID_DIGITS = 3;
const ID_COUNT = 36 ** ID_DIGITS;

/** What takes the place of packet faults on an engine that cannot filter packets. */
const WITHOUT_PACKETS = 'jam';

/** Sets one fault on all the edges under one new id. Throws proxy-unreachable, proxy-failed. */
export async function addFault(
  session: Session,
  edges: readonly string[],
  fault: NewFault,
): Promise<Added> {
  using controls = await openControls(session, edges);
  requireAll(controls);
  const startedMs = performance.now();
  const id = newId(fault.from);
  const kind = await setEverywhere(controls, edges, { ...fault, id });
  return { id, kind, tookMs: performance.now() - startedMs };
}

/**
 * `p4k2`, `f0xa`: the first letter of what set it and chance, so that no two that set at once
 * clash.
 */
const newId = (from: string): string =>
  from[0] + randomInt(ID_COUNT).toString(36).padStart(ID_DIGITS, '0');

async function setEverywhere(
  controls: Controls,
  edges: readonly string[],
  fault: WantedFault,
): Promise<string> {
  const add = (edge: string) =>
    controls.open
      .get(edge)!
      .update((faults) => [...faults.filter(({ id }) => id !== fault.id), fault]);
  const results = await Promise.allSettled(edges.map(add));
  const failed = results.find((result) => result.status === 'rejected');
  if (!failed) return fault.kind;
  // Nothing half done: what was set is taken back before anybody hears of it.
  await Promise.allSettled(edges.map((edge) => remove(controls, edge, (f) => f.id === fault.id)));
  if (!isPacketsUnavailable(failed.reason)) throw failed.reason;
  return setEverywhere(controls, edges, { ...fault, kind: WITHOUT_PACKETS });
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
      hint: 'labctl up starts it, then labctl heal',
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
  const edges = session.model.edges.map(({ name }) => name);
  using controls = await openControls(session, edges);
  requireAll(controls);
  const states = await Promise.all(
    edges.map(
      async (edge): Promise<[string, EdgeState]> => [edge, await controls.open.get(edge)!.get()],
    ),
  );
  return states.flatMap(([edge, { faults }]) => faults.map((fault) => ({ edge, fault })));
}

/** The edge's name if the lab has it. Throws edge-unknown. */
export function findEdge({ model }: Session, name: string): string {
  if (model.edges.some((edge) => edge.name === name)) return name;
  const names = model.edges.map((edge) => edge.name);
  throw new LabError('edge-unknown', `lab ${model.stack.name} has no edge ${name}`, {
    hint: `edges: ${names.slice(0, 12).join(' ')}${names.length > 12 ? ' ...' : ''}`,
  });
}
