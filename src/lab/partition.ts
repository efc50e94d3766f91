// partition and heal: which edges, then the faults on them.
import { LabError } from '../errors.ts';
import { cuttingKinds } from '../faults/index.ts';
import { shapes } from '../shapes/index.ts';
import type { Side } from '../shapes/shape.ts';
import { type Edge, HOST, isHostEdge } from '../stack/model.ts';
import { openLookup } from './addresses.ts';
import { addFaults, type NewFault, removeFaults } from './change-faults.ts';
import { type FaultChange, faultChange } from './fault-change.ts';
import { completeParams, findKind } from './fault-params.ts';
import { findNode, type Session } from './session.ts';

/** Which edges a partition may cut: between nodes, from the user's machine, or both. */
export type EdgeScope = 'peer' | 'host' | 'all';

export interface PartitionOptions {
  /** Sides, each a list of nodes; nodes in none are one more side. `host` may be in a side too. */
  readonly sides?: readonly Side[];
  /** Instead of sides: a node, or a role resolved at this moment. */
  readonly isolate?: string;
  readonly mode?: string;
  readonly edges?: EdgeScope;
  /** Heals itself after this long, whatever became of the caller. */
  readonly forMs?: number;
  readonly dryRun?: boolean;
}

/**
 * Cuts the edges between sides. Throws partition-invalid, node-unknown, leader-unknown, proxy-*.
 */
export async function partition(session: Session, options: PartitionOptions): Promise<FaultChange> {
  const { edges: scope = 'peer', mode = 'drop', forMs, dryRun } = options;
  if (!cuttingKinds.includes(mode))
    throw new LabError('partition-invalid', `"${mode}" is no mode of a partition`, {
      hint: `modes: ${cuttingKinds.join(', ')}`,
    });
  const { sides, resolved, requested } = await resolveSides(session, options);
  const candidates = session.model.edges.filter((edge) => inScope(edge, scope));
  const edges = cutEdges(session, sides, candidates);
  const planned = { requested, resolved, edges, of: candidates.length, mode };
  if (dryRun) return faultChange(session, planned);
  const fault: NewFault = { kind: mode, params: completeParams(mode, {}) };
  const { without } = findKind(mode);
  const instead = without
    ? { instead: { kind: without, params: completeParams(without, {}) } }
    : {};
  const placements = new Map(edges.map((edge) => [edge, [{ ...fault, ...instead }]]));
  const limit = forMs === undefined ? {} : { forMs };
  const added = await addFaults(session, placements, { from: 'partition', ...limit });
  const change = faultChange(session, planned, added);
  if (!added.instead) return change;
  const notice = `this engine cannot filter packets, so the edges are cut with ${without}`;
  return { ...change, mode: without!, notice };
}

/** Names of the candidate edges between two sides. Throws partition-invalid when there is none. */
function cutEdges(
  { model }: Session,
  sides: readonly Side[],
  candidates: readonly Edge[],
): string[] {
  const nodes = model.nodes.map(({ name }) => name);
  // The user's machine goes with the nodes that are not named, unless a side names it.
  const everybody = candidates.some(isHostEdge) ? [...nodes, HOST] : nodes;
  const cuts = shapes.split!.cuts(sides, everybody);
  const cut = new Set(cuts.flatMap(([a, b]) => [`${a}:${b}`, `${b}:${a}`]));
  const edges = candidates.map(({ name }) => name).filter((name) => cut.has(name));
  if (edges.length) return edges;
  throw new LabError('partition-invalid', 'no edge of this lab runs between these sides', {
    hint: 'labctl status --edges lists the edges; --edges host or all cuts those of your machine',
  });
}

function inScope(edge: Edge, scope: EdgeScope): boolean {
  return scope === 'all' || isHostEdge(edge) === (scope === 'host');
}

interface ResolvedSides {
  readonly sides: readonly Side[];
  readonly resolved: Readonly<Record<string, string>>;
  readonly requested: string;
}

async function resolveSides(
  session: Session,
  { sides = [], isolate }: PartitionOptions,
): Promise<ResolvedSides> {
  if (isolate !== undefined && sides.length)
    throw new LabError('partition-invalid', '--isolate and sides exclude each other');
  if (isolate === 'leader') {
    const [leader] = (await openLookup(session).find('leader')) as [string];
    return { sides: [[leader]], resolved: { leader }, requested: 'isolate leader' };
  }
  const named = isolate === undefined ? sides : [[isolate]];
  if (!named.length)
    throw new LabError('partition-invalid', 'no side is given', {
      hint: 'labctl partition etcd-1, or labctl partition --isolate leader',
    });
  for (const name of named.flat()) if (name !== HOST) findNode(session, name);
  const requested = named.map((side) => side.join(',')).join(' | ');
  return { sides: named, resolved: {}, requested };
}

/**
 * Removes every fault from the edges of the nodes, or from all edges. Throws node-unknown, proxy-*.
 */
export async function heal(
  session: Session,
  nodes: readonly string[] = [],
  dryRun = false,
): Promise<FaultChange> {
  for (const name of nodes) if (name !== HOST) findNode(session, name);
  const touches = ({ from, to }: Edge) => nodes.includes(from) || nodes.includes(to);
  const candidates = session.model.edges.filter((edge) => !nodes.length || touches(edge));
  const names = candidates.map(({ name }) => name);
  const { edges, faults, tookMs } = await removeFaults(session, names, () => true, dryRun);
  const requested = nodes.join(',') || 'all';
  const planned = { requested, resolved: {}, edges, of: names.length, mode: 'heal' };
  return { ...faultChange(session, planned), faults, tookMs: Math.round(tookMs) };
}
