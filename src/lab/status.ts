// What a lab is like right now, in the shape of `labctl status -o json` (docs/cli.md, version 1).
import type { Control } from '../control/client.ts';
import type { EdgeState } from '../control/protocol.ts';
import { type ImageOrigin, originsById } from '../docker/image-origin.ts';
import type { ObservedLab } from '../docker/observe.ts';
import type { LabError } from '../errors.ts';
import type { Fault } from '../faults/fault.ts';
import { faultKinds } from '../faults/index.ts';
import type { Edge, Health, Node, NodeConfig, NodeHealth } from '../stack/model.ts';
import { openControls } from './controls.ts';
import { publishedPort } from './endpoint.ts';
import { type ShownFault, showFault } from './faults/show-fault.ts';
import { type MonitorStatus, monitorStatus } from './monitors.ts';
import { probeNodes, unready } from './probe-nodes.ts';
import type { Session } from './session.ts';

export interface NodeStatus {
  readonly name: string;
  readonly system: string;
  readonly role: string;
  /** null where the stack says no zone for it. */
  readonly zone: string | null;
  /** docker's word, or `missing`. */
  readonly state: string;
  readonly health: Health;
  /** Why, in a word or two. */
  readonly detail: string;
  readonly leader: boolean | null;
  /** docker's sentence: `Up 2 minutes`. */
  readonly since: string;
  readonly image: {
    readonly ref: string;
    readonly id: string;
    readonly source: ImageOrigin;
  } | null;
  /** What `labctl replace` has put in place of what the stack says. */
  readonly replaced: NodeConfig | null;
  /** What else its system has to tell: `{source: 'mysql-1', lagSeconds: 0}`. */
  readonly facts: Exclude<NodeHealth['facts'], undefined> | null;
  /** The same in a few words. */
  readonly brief: string | null;
  /** Port name -> host:port on the user's machine. */
  readonly endpoints: Readonly<Record<string, string>>;
}

export interface EdgeStatus {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly ports: readonly number[];
  /** `open`, `cut` (a fault lets nothing through), `faulty`, or `down` (no proxy answers). */
  readonly state: 'open' | 'cut' | 'faulty' | 'down';
  readonly revision: number | null;
  readonly faults: readonly ShownFault[];
  readonly connections: EdgeState['connections'] | null;
  readonly bytes: EdgeState['bytes'] | null;
  /** Bytes per second, in the last whole second. */
  readonly rates: EdgeState['rates'] | null;
  /** ISO 8601, null before the first byte. */
  readonly lastActivity: string | null;
}

export interface LabStatus {
  readonly version: 1;
  readonly lab: string;
  readonly stack: string;
  readonly healthy: boolean;
  /** Why it is not healthy, null when it is. */
  readonly reason: string | null;
  readonly nodes: readonly NodeStatus[];
  readonly edges: readonly EdgeStatus[];
  /** Beside the lab: they say nothing of its health. */
  readonly monitors: readonly MonitorStatus[];
}

/** Asks the engine, every proxy and every node at the same time. */
export async function labStatus(session: Session): Promise<LabStatus> {
  const { model, name } = session;
  using controls = await openControls(session);
  const [edges, healths, origins] = await Promise.all([
    Promise.all(model.edges.map((edge) => edgeStatus(edge, controls.open.get(edge.name)))),
    probeNodes(session, controls),
    originsById(session.docker),
  ]);
  const down = edges.find(({ state }) => state === 'down');
  const reason = unready(session, healths) ?? (down ? `proxy ${down.name} is down` : null);
  return {
    version: 1,
    lab: name,
    stack: model.stack.name,
    healthy: reason === null,
    reason,
    nodes: model.nodes.map((node) => nodeStatus(session, node, healths.get(node.name)!, origins)),
    edges,
    monitors: monitorStatus(session.observed),
  };
}

function nodeStatus(
  { observed, model }: Session,
  node: Node,
  { health, detail, leader, facts, brief }: NodeHealth,
  origins: ReadonlyMap<string, ImageOrigin>,
): NodeStatus {
  const container = observed.nodes.get(node.name);
  const { ref, id } = container?.image ?? { ref: '', id: '' };
  return {
    name: node.name,
    system: node.system,
    role: node.role,
    zone: node.zone ?? null,
    state: container?.state ?? 'missing',
    health,
    detail,
    leader,
    since: container?.status ?? '',
    image: container ? { ref, id, source: origins.get(id) ?? 'local' } : null,
    replaced: model.replaced[node.name] ?? null,
    facts: facts ?? null,
    brief: brief ?? null,
    endpoints: endpointsOf(observed, node),
  };
}

function endpointsOf(observed: ObservedLab, node: Node) {
  const found = node.publish.flatMap((name) => {
    const port = publishedPort(observed, node, name);
    return port ? [[name, `127.0.0.1:${port}`]] : [];
  });
  return Object.fromEntries(found) as Record<string, string>;
}

/** One edge; `down` without an open control channel. */
export async function edgeStatus(edge: Edge, control: Control | undefined): Promise<EdgeStatus> {
  const { name, from, to, ports } = edge;
  const base = { name, from, to, ports };
  const state = await control?.get().catch((_: LabError) => undefined);
  if (!state) {
    const nothing = { faults: [], connections: null, bytes: null, rates: null, lastActivity: null };
    return { ...base, state: 'down', revision: null, ...nothing };
  }
  const { revision, faults, connections, bytes, rates, lastActivity } = state;
  return {
    ...base,
    state: edgeWord(faults),
    revision,
    faults: faults.map(showFault),
    connections,
    bytes,
    rates,
    lastActivity: lastActivity === null ? null : new Date(lastActivity).toISOString(),
  };
}

function edgeWord(faults: readonly Fault[]): EdgeStatus['state'] {
  if (!faults.length) return 'open';
  return faults.some(isCut) ? 'cut' : 'faulty';
}

/** It has begun, and its kind, scope and parameters let nothing through. */
function isCut({ kind, params, scope, firstNew }: Fault): boolean {
  const { cuts, params: specs } = faultKinds[kind] ?? {};
  const asItIs = Object.entries(params).every(([key, value]) => specs?.[key]?.default === value);
  const hasBegun = firstNew !== undefined;
  return !!cuts && !scope && asItIs && hasBegun;
}
