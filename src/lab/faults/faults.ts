// fault add, ls, rm and kinds: one fault on the edges that addresses name.
import type { Control } from '../../control/client.ts';
import type { FaultHits } from '../../control/protocol.ts';
import { engineClock } from '../../docker/clock.ts';
import { LabError } from '../../errors.ts';
import type { FaultParams, Scope } from '../../faults/fault.ts';
import { faultKinds } from '../../faults/index.ts';
import { openControls, requireAll } from '../controls.ts';
import type { Session } from '../session.ts';
import { openLookup, resolveAddress } from './addresses.ts';
import { addFaults, type NewFault, removeFaults, type Setting } from './change-faults.ts';
import { type FaultChange, faultChange, faultsRemoved } from './fault-change.ts';
import { completeParams, findKind, formatParam, paramSample, readParams } from './fault-params.ts';
import { type ShownFault, showFault } from './show-fault.ts';

export interface FaultAddOptions extends Partial<Setting> {
  readonly kind: string;
  /** `KEY=VALUE` words, values with their units; or values as they are kept. */
  readonly params: readonly string[] | FaultParams;
  /** Addresses: `etcd-1:etcd-2`, `leader::follower`, `host:etcd-*`, `@eu:@us`, a port behind it. */
  readonly edges: readonly string[];
  readonly scope?: Scope;
  readonly dryRun?: boolean;
}

/** Throws fault-invalid, fault-unavailable, usage, proxy-*; node-, edge-, port-, leader-unknown. */
export async function faultAdd(session: Session, options: FaultAddOptions): Promise<FaultChange> {
  const { kind, params, edges: addresses, scope, dryRun, from = 'fault', ...setting } = options;
  const isWords = (value: typeof params): value is readonly string[] => Array.isArray(value);
  const complete = isWords(params) ? readParams(kind, params) : completeParams(kind, params);
  if (!addresses.length)
    throw new LabError('fault-invalid', `no edge is given for ${kind}`, {
      hint: `labctl fault add ${kind} etcd-1:etcd-2; labctl status --edges lists the edges`,
    });
  const lookup = openLookup(session);
  const placements = new Map<string, NewFault[]>();
  for (const address of addresses) {
    const { edges, port } = await resolveAddress(session, address, lookup);
    const narrowed = checkScope(kind, port === undefined ? scope : { ...scope, port });
    checkPort(session, edges, narrowed?.port);
    checkLink(kind, complete, narrowed);
    const fault = { kind, params: complete, ...(narrowed && { scope: narrowed }) };
    for (const edge of edges) placements.set(edge, [...(placements.get(edge) ?? []), fault]);
  }
  const edges = [...placements.keys()];
  const requested = `${kind} ${addresses.join(' ')}`;
  const { resolved } = lookup;
  const planned = { requested, resolved, edges, of: session.model.edges.length, mode: kind };
  if (dryRun) return faultChange(session, planned);
  return faultChange(session, planned, await addFaults(session, placements, { from, ...setting }));
}

/** The scope, if the kind takes all of it; undefined when it narrows nothing. */
function checkScope(kind: string, scope: Scope = {}): Scope | undefined {
  const { scopes } = findKind(kind);
  const given = Object.keys(scope) as (keyof Scope)[];
  const wrong = given.find((word) => !scopes.includes(word));
  if (!wrong) return given.length ? scope : undefined;
  const word = wrong === 'afterBytes' ? 'after=SIZE' : wrong;
  throw new LabError('fault-invalid', `${kind} cannot be narrowed by ${word}`, {
    hint: scopes.length ? `${kind} can be by ${scopes.join(', ')}` : `labctl fault kinds ${kind}`,
  });
}

/** Throws port-unknown: a fault on a port that no edge has would wait for ever. */
function checkPort({ model }: Session, edges: readonly string[], port: number | undefined): void {
  const wrong = model.edges.find(
    ({ name, ports }) => port !== undefined && edges.includes(name) && !ports.includes(port),
  );
  if (wrong)
    throw new LabError('port-unknown', `edge ${wrong.name} has no port ${port}`, {
      hint: `ports: ${wrong.ports.join(', ')}`,
    });
}

/** What leaves by the dialler's link goes down, by the listener's up. */
function checkLink(kind: string, { side }: FaultParams, scope: Scope = {}): void {
  const leaves = side === 'src' ? 'down' : 'up';
  const isOther = side !== 'both' && scope.direction && scope.direction !== leaves;
  if (findKind(kind).tier === 'netem' && isOther)
    throw new LabError(
      'fault-invalid',
      `nothing goes ${scope.direction} by the link side=${side}`,
      {
        hint: `${kind} acts on what leaves: side=${side} with --direction ${leaves}, or neither`,
      },
    );
}

export interface ListedFault extends ShownFault {
  readonly edge: string;
  /** What it did since it was set. */
  readonly hits: FaultHits;
}

/** The clock by which their times are: the engine's. */
export const faultClock = ({ docker }: Session): Promise<() => number> => engineClock(docker);

/** The shape of `fault ls -o json`, one entry for each fault on each edge. Throws proxy-*. */
export async function faultList(session: Session): Promise<ListedFault[]> {
  using controls = await openControls(session);
  requireAll(controls);
  const lists = await Promise.all(
    session.model.edges.map(({ name }) => listed(name, controls.open.get(name)!)),
  );
  return lists.flat();
}

async function listed(edge: string, control: Control): Promise<ListedFault[]> {
  const { faults } = await control.get();
  if (!faults.length) return []; // asking for hits asks the kernel
  const { state, hits } = await control.hits();
  return state.faults.map((fault, i) => {
    const { id, kind, ...rest } = showFault(fault);
    return { id, kind, edge, ...rest, hits: hits[i]! };
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
  const removed = await removeFaults(session, all, matches, dryRun);
  return faultsRemoved(session, { requested: ids.join(','), of: all.length, mode: 'rm' }, removed);
}

export interface KindDescription {
  readonly kind: string;
  readonly tier: string;
  readonly summary: string;
  readonly doc: string;
  readonly example: string;
  readonly scopes: readonly string[];
  readonly lossy: boolean;
  readonly cuts: boolean;
  readonly params: readonly ParamDescription[];
}

interface ParamDescription {
  readonly name: string;
  readonly type: string;
  /** What may be given: `DURATION`, `flip|zero|random`. */
  readonly values: string;
  /** As a user would write it; null where there is none. */
  readonly default: string | null;
  readonly required: boolean;
  readonly doc: string;
}

/** All kinds, or the one named, for `fault kinds` and the docs. Throws fault-invalid. */
export function describeKinds(only?: string): KindDescription[] {
  const names = only === undefined ? Object.keys(faultKinds) : [only];
  return names.map((kind) => {
    const { tier, summary, doc, example, scopes, lossy, cuts, params } = findKind(kind);
    const described = Object.entries(params).map(
      ([name, spec]): ParamDescription => ({
        name,
        type: spec.type,
        values: paramSample(spec),
        default: spec.default === undefined ? null : formatParam(spec, spec.default),
        required: spec.default === undefined && !spec.optional,
        doc: spec.doc,
      }),
    );
    const flags = { lossy: Boolean(lossy), cuts: Boolean(cuts) };
    const line = `labctl fault add ${kind} etcd-1:etcd-2 ${example}`.trim();
    return { kind, tier, summary, doc, example: line, scopes, ...flags, params: described };
  });
}
