// fault add, ls, rm and kinds: one fault on one edge, or on both edges between two.
import { LabError } from '../errors.ts';
import type { FaultKind, FaultParams, Param } from '../faults/fault.ts';
import { faultKinds } from '../faults/index.ts';
import { edgeName } from '../stack/model.ts';
import { didYouMean } from '../stack/names.ts';
import { parseDuration } from '../stack/units.ts';
import { addFault, findEdge, listFaults, removeFaults } from './change-faults.ts';
import type { FaultChange } from './partition.ts';
import type { Session } from './session.ts';
import { showFault } from './show-fault.ts';

export interface FaultAddOptions {
  readonly kind: string;
  /** `KEY=VALUE`, values with their units. */
  readonly params: readonly string[];
  readonly from: string;
  readonly to: string;
  /** The edge the other way too. */
  readonly both?: boolean;
  readonly forMs?: number;
  readonly dryRun?: boolean;
}

/** Throws fault-invalid, edge-unknown, proxy-*. */
export async function faultAdd(session: Session, options: FaultAddOptions): Promise<FaultChange> {
  const { kind, from, to, both = false, forMs, dryRun = false } = options;
  const params = readParams(kind, findKind(kind), options.params);
  const names = [edgeName(from, to), ...(both ? [edgeName(to, from)] : [])];
  const edges = names.map((name) => findEdge(session, name));
  const base = { version: 1, lab: session.name, resolved: {}, edges, of: edges.length } as const;
  const planned = { ...base, requested: `${kind} ${names.join(' ')}`, mode: kind };
  if (dryRun) return { ...planned, faults: [], tookMs: 0 };
  const limit = forMs === undefined ? {} : { forMs };
  const added = await addFault(session, edges, { kind, params, from: 'fault', ...limit });
  return { ...planned, mode: added.kind, faults: [added.id], tookMs: Math.round(added.tookMs) };
}

/** The shape of `fault ls -o json`, one entry for each fault on each edge. */
export async function faultList(session: Session) {
  const faults = await listFaults(session);
  return faults.map(({ edge, fault }) => {
    const { id, kind, params, until } = showFault(fault);
    return { id, kind, edge, params, until };
  });
}

/** Removes by id, wherever it is set; ids that nobody has are fine. */
export async function faultRemove(
  session: Session,
  ids: readonly string[],
  dryRun = false,
): Promise<FaultChange> {
  const all = session.model.edges.map(({ name }) => name);
  const matches = ({ id }: { id: string }) => ids.includes(id);
  const { edges, faults, tookMs } = await removeFaults(session, all, matches, dryRun);
  return {
    version: 1,
    lab: session.name,
    requested: ids.join(','),
    resolved: {},
    edges,
    of: all.length,
    mode: 'rm',
    faults,
    tookMs: Math.round(tookMs),
  };
}

export interface KindDescription {
  readonly kind: string;
  readonly tier: string;
  readonly summary: string;
  readonly params: readonly { name: string; type: string; default: string | null; doc: string }[];
}

/** All kinds, or the one named, for `fault kinds` and the docs. Throws fault-invalid. */
export function describeKinds(only?: string): KindDescription[] {
  const names = only === undefined ? Object.keys(faultKinds) : [only];
  return names.map((kind) => {
    const { tier, summary, params } = findKind(kind);
    const described = Object.entries(params).map(([name, { type, default: value, doc }]) => ({
      name,
      type,
      default: value === undefined ? null : `${value}ms`,
      doc,
    }));
    return { kind, tier, summary, params: described };
  });
}

function findKind(name: string): FaultKind {
  const kind = faultKinds[name];
  if (kind && Object.hasOwn(faultKinds, name)) return kind;
  const names = Object.keys(faultKinds);
  const meant = didYouMean(name, names);
  throw new LabError('fault-invalid', `there is no fault "${name}"${meant}`, {
    hint: `kinds: ${names.join(', ')}`,
  });
}

/** Words of the user -> parameters as the proxy takes them. Throws fault-invalid. */
export function readParams(
  name: string,
  { params: specs }: FaultKind,
  words: readonly string[],
): FaultParams {
  const names = Object.keys(specs);
  const allowed = names.length
    ? `parameters of ${name}: ${names.join(', ')}`
    : `${name} takes none`;
  const given = new Map<string, number>();
  for (const word of words) {
    const [key = '', value = ''] = word.split(/=(.*)/s);
    const spec = Object.hasOwn(specs, key) ? specs[key]! : undefined;
    if (!spec || !word.includes('='))
      throw new LabError('fault-invalid', `"${word}" is no parameter of ${name}`, {
        hint: allowed,
      });
    given.set(key, readParam(key, spec, value));
  }
  for (const [key, spec] of Object.entries(specs)) {
    if (!given.has(key) && spec.default === undefined)
      throw new LabError('fault-invalid', `${name} needs ${key}=..., ${spec.doc}`, {
        hint: allowed,
      });
    if (!given.has(key)) given.set(key, spec.default!);
  }
  return Object.fromEntries(given);
}

function readParam(key: string, _spec: Param, value: string): number {
  const parsed = parseDuration(value);
  if ('ms' in parsed) return parsed.ms;
  throw new LabError('fault-invalid', `${key}: ${value} ${parsed.problem}`);
}
