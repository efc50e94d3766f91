// partition and heal: which edges, then the faults on them.
import { randomInt } from 'node:crypto';
import { LabError } from '../../errors.ts';
import { seeded } from '../../faults/seed.ts';
import type { Cut, OneWay } from '../../shapes/shape.ts';
import { type Edge, HOST, isHostEdge } from '../../stack/model.ts';
import { findNode, type Session } from '../session.ts';
import { openLookup } from './addresses.ts';
import { addFaults, removeFaults, SEED_MAX } from './change-faults.ts';
import { chooseShape, cutsOf, type ShapeOptions } from './choose-shape.ts';
import { type FaultChange, faultChange, faultsRemoved } from './fault-change.ts';
import { placeCuts } from './placements.ts';
import { WAN } from './wan.ts';

/** Which edges a partition may cut: between nodes, from the user's machine, or both. */
type EdgeScope = 'peer' | 'host' | 'all';

export interface PartitionOptions extends ShapeOptions {
  /** `drop`, or of a cut one way what it can be made with. */
  readonly mode?: string;
  /** Only from what is named first to the others, and by what. */
  readonly oneWay?: OneWay;
  /** `peer`, or what the shape is about. */
  readonly edges?: EdgeScope;
  /** The same seed draws the same. By chance where it is not given. */
  readonly seed?: number;
  /** Heals itself after this long, whatever became of the caller. */
  readonly forMs?: number | undefined;
  readonly dryRun?: boolean;
}

/**
 * Cuts what a shape says of the nodes there are: sides, or one of the flags. Throws
 * partition-invalid, node-unknown, leader-unknown, proxy-*.
 */
export async function partition(session: Session, options: PartitionOptions): Promise<FaultChange> {
  const { among, oneWay, forMs, dryRun, seed = randomInt(SEED_MAX) } = options;
  const chosen = chooseShape(options);
  const { shape, requested } = chosen;
  const scope = options.edges ?? shape.edges ?? 'peer';
  const candidates = session.model.edges.filter((edge) => inScope(edge, scope));
  const lookup = openLookup(session);
  const draw = seeded(seed);
  let drawn = false;
  const random = () => {
    drawn = true;
    return draw();
  };
  const members = { among, withHost: candidates.some(isHostEdge) };
  const cuts = await cutsOf(session, chosen, lookup, random, members);
  const way = oneWay ?? shape.oneWay;
  const ordered = oneWay && !shape.oneWay ? firstOrders(cuts) : cuts;
  const { mode, placements, reach, sees } = placeCuts(candidates, ordered, way, options.mode);
  if (cuts.length && !placements.size)
    throw new LabError('partition-invalid', `no edge of this lab runs where ${requested} cuts`, {
      hint: 'labctl status --edges lists the edges; --edges all takes those of your machine too',
    });
  const planned = {
    requested,
    resolved: lookup.resolved,
    edges: candidates.map(({ name }) => name).filter((name) => placements.has(name)),
    of: candidates.length,
    mode,
    oneWay: way ?? null,
    seed,
    drawn,
    reach,
    sees,
  };
  if (dryRun || !placements.size) return faultChange(session, planned);
  const added = await addFaults(session, placements, { from: 'partition', seed, forMs });
  const change = faultChange(session, planned, added);
  if (!added.instead) return change;
  const [first] = [...placements.values()].flat();
  const notice = `this engine cannot filter packets, so edges are cut with ${first!.instead!.kind}`;
  return { ...change, mode: first!.instead!.kind, notice };
}

/** Of two that are cut in both orders the one that is given first. */
function firstOrders(cuts: readonly Cut[]): readonly Cut[] {
  const turned = new Set<string>();
  return cuts.filter(([from, to]) => {
    turned.add(`${to} ${from}`);
    return !turned.has(`${from} ${to}`);
  });
}

function inScope(edge: Edge, scope: EdgeScope): boolean {
  return scope === 'all' || isHostEdge(edge) === (scope === 'host');
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
  const removed = await removeFaults(session, names, () => true, dryRun);
  const requested = nodes.join(',') || 'all';
  const notice = 'the wan goes too; labctl wan PRESET lays it again, labctl fault rm ID spares it';
  return {
    ...faultsRemoved(session, { requested, of: names.length, mode: 'heal' }, removed),
    ...(removed.faults.includes(WAN) && { notice }),
  };
}
