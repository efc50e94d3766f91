// The pure model of a lab: nodes, directed edges, and what a system has to say of itself. No
// Docker, no clock, no files. Systems (src/systems/) implement `System`; nothing here knows one by
// name.
import type { ZodType } from 'zod';
import type { BootStep, ConfigOf, GroupProblem, PromoteContext, Promotion } from './group.ts';
import type { Metrics, Monitor, Panel } from './monitor.ts';
import type { Scaling } from './scaling.ts';

/** A stack file after parsing and validation: the whole of it is kept in a label of the lab. */
export interface Stack {
  readonly name: string;
  /** Group name -> its configuration, with `system` filled in. */
  readonly systems: Readonly<Record<string, SystemConfig>>;
  /** Name -> a container of the user's own. */
  readonly nodes: Readonly<Record<string, ExtraNode>>;
  /** Zone -> nodes, groups and patterns such as `etcd-*`; a node is in one zone at most. */
  readonly zones?: Readonly<Record<string, readonly string[]>>;
  /** Edges that no system has of itself. */
  readonly links?: readonly Link[];
  readonly monitor?: Monitor;
  /** Of a woven compose project: what its services refer to, as compose knows it. */
  readonly parts?: ComposeParts;
}

/** Kind -> name -> what compose says of it. */
export type ComposeParts = Readonly<
  Record<'volumes' | 'secrets' | 'configs', Readonly<Record<string, object>>>
>;

/** Edges from every node of one word to every node of another. */
export interface Link {
  /** A node, a group, a role or a glob. */
  readonly from: string;
  readonly to: string;
  /** Default: those that the target publishes. */
  readonly ports?: readonly number[];
}

/** A group's configuration; the system's own schema says what else is in it. */
export interface SystemConfig {
  readonly system: string;
  readonly [key: string]: unknown;
}

/** Keys that take the place of a group's, for one node of it. */
export type NodeConfig = Readonly<Record<string, unknown>>;

/** A plain compose service, plus the ports that edges to it listen on and the nodes it dials. */
export interface ExtraNode {
  readonly ports: readonly number[];
  /** `etcd-1`, `etcd-1:2379`, or a group's name for all its nodes. */
  readonly connects: readonly string[];
  /** Which of the ports `host:NODE` publishes, and where; null: labctl chooses. Default: all. */
  readonly published?: Readonly<Record<string, number | null>>;
  /** The service of a compose project of which it is one of several. Default: its own name. */
  readonly group?: string;
  /** What else it is dialled by, beside its name. */
  readonly aliases?: readonly string[];
  readonly metrics?: Metrics;
  /** Everything else, as compose knows it. */
  readonly service: Readonly<Record<string, unknown>>;
}

/** One container of a system's role, or one of the user's own. */
export interface Node {
  readonly name: string;
  /** Key under `systems:`; for an extra node its own name, or what it is a replica of. */
  readonly group: string;
  /** `etcd`, ...; `custom` for an extra node. */
  readonly system: string;
  readonly role: string;
  /** Where it stands, for partitions and latencies between zones: a key under `zones:`. */
  readonly zone?: string;
  /** Port name -> number inside the container. */
  readonly ports: Readonly<Record<string, number>>;
  /** Names of the ports that `host:NODE` publishes on 127.0.0.1. */
  readonly publish: readonly string[];
  /** Port name -> the host port that the stack file fixes. */
  readonly hostPorts: Readonly<Record<string, number>>;
  /** What else others dial it by. */
  readonly aliases?: readonly string[];
  /** Absent: it tells none. */
  readonly metrics?: Metrics;
}

/** Directed: `from` dials `to` on `ports`. `from` is `host` for the user's own machine. */
export interface Edge {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly ports: readonly number[];
}

export interface Model {
  readonly stack: Stack;
  /** Node -> what `labctl replace` has put in the place of what the stack says. */
  readonly replaced: Readonly<Record<string, NodeConfig>>;
  readonly nodes: readonly Node[];
  readonly edges: readonly Edge[];
}

/**
 * Where an image comes from: its reference upstream, and a recipe under images/ if Debian packages
 * it.
 */
export interface ImageSource {
  /** `quay.io/coreos/etcd:v3.5.16` */
  readonly ref: string;
  readonly recipe?: Recipe;
}

export interface Recipe {
  /** Folder under images/. */
  readonly name: string;
  /** Where that is, of a system of the user's own. */
  readonly folder?: string;
  /** What the built image is called, e.g. `labctl/etcd:3.5.16`. */
  readonly tag: string;
  /** Debian suite of the base: `FROM debian:<suite>-slim`. */
  readonly suite: string;
}

export type Health = 'healthy' | 'unhealthy' | 'unknown';

/** What one node says of itself. */
export interface NodeHealth {
  readonly health: Health;
  /** A word or two for people: `healthy`, `no leader`, `no answer`. */
  readonly detail: string;
  /** null where the system has no leader, or the node does not say. */
  readonly leader: boolean | null;
  /** Who leads in this node's eyes, as an opaque id; nodes that agree say the same. */
  readonly follows?: string;
  /** Raft term or its like: of two that say they lead, the higher one does. */
  readonly term?: number;
  /** Grows while the node is at a long work, which may take as long as it does. */
  readonly progress?: number;
  /** What else the system has to tell, for `status -o wide` and its JSON: `{lag: '0s'}`. */
  readonly facts?: Readonly<Record<string, string | number | boolean | null>>;
  /** The same in a few words, for the table of `status`. */
  readonly brief?: string;
}

/** What a node knows of its role by itself, without a quorum. */
export interface Claim {
  readonly leader: boolean;
  readonly term: number;
  /** How far its log is committed: what it has less than another is its lag. */
  readonly index?: number;
}

/**
 * Sends text to a port of a node and gives back all that comes until the node closes.
 * It goes past every fault: see src/proxy/probe.ts. Throws when the node does not answer.
 */
export type Ask = (port: number, text: string, limitMs: number) => Promise<string>;

/** What a command inside a node said. */
export interface Ran {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** How a system reaches one of its nodes, past every fault. */
export interface NodeAccess {
  readonly ask: Ask;
  /**
   * Runs a command in the node's container; its status is in the answer. Throws when the container
   * does not run, or after `limitMs` (10 s by default).
   */
  exec(
    command: readonly string[],
    options?: { readonly stdin?: string; readonly limitMs?: number },
  ): Promise<Ran>;
}

/** What a system must say of itself; one file in src/systems/ each. */
export interface System {
  readonly name: string;
  readonly summary: string;
  /** Of a system of the user's own: where its templates are, ROLE.yaml.hbs, and its Dockerfile. */
  readonly folder?: string;
  /** The keys of a group of this system in a stack file, `system` excepted. A z.strictObject. */
  readonly schema: ZodType;
  /** What a group's `--set KEY` and defaults amount to is in `config`, already validated. */
  nodes(group: string, config: SystemConfig): readonly Node[];
  /** Edges among the nodes of one group. */
  edges(nodes: readonly Node[], config: SystemConfig): readonly Omit<Edge, 'name'>[];
  image(config: SystemConfig, node: Node): ImageSource;
  /**
   * Values for templates/<system>/<role>.yaml.hbs, or of the name that `template` in them says.
   * `config`, here and below: of `configOf`.
   */
  service(node: Node, context: ServiceContext): Readonly<Record<string, unknown>>;
  probe(access: NodeAccess, node: Node, config: SystemConfig): Promise<NodeHealth>;
  /** As `probe`, but at once however the lab is cut; undefined when the node does not answer. */
  claim(access: NodeAccess, node: Node, config: SystemConfig): Promise<Claim | undefined>;
  /** Of these nodes' words, why the whole is not ready; undefined when it is. */
  unready(healths: ReadonlyMap<string, NodeHealth>): string | undefined;
  /** The system's own shell, run inside `node`. */
  client(node: Node, config: SystemConfig): readonly string[];
  /** Absent where the number of nodes cannot change while they run. */
  readonly scaling?: Scaling;
  /** What is wrong with a group and only shows of its nodes in their zones. */
  problems?(nodes: readonly Node[], config: SystemConfig): readonly GroupProblem[];
  /** What containers that run lack of a system that does. */
  steps?(nodes: readonly Node[], configOf: ConfigOf): readonly BootStep[];
  /** Files that the node shall find in its container: absolute path -> text. */
  files?(node: Node, context: ServiceContext): Readonly<Record<string, string>>;
  /** Role -> roles of its group whose nodes are healthy before a node of it is started. */
  readonly after?: Readonly<Record<string, readonly string[]>>;
  /** Where a node of this role takes failpoints over HTTP; undefined: it takes none. */
  failpoints?(node: Node): FailpointPlace | undefined;
  /** What only shows when the words of all nodes of a group are put side by side. */
  compare?(
    healths: ReadonlyMap<string, NodeHealth>,
    config: SystemConfig,
  ): ReadonlyMap<string, NodeHealth>;
  /** Graphs of its metrics. */
  readonly panels?: readonly Panel[];
  /** Makes `node` lead the group, also when the leader is dead. */
  promote?(node: Node, group: PromoteContext): Promise<Promotion>;
}

/** `PUT PATH/NAME` with an action sets a failpoint, `DELETE` takes it back, `GET PATH` lists. */
interface FailpointPlace {
  readonly port: number;
  readonly path: string;
  /** How a build that has failpoints is made, for who has none. */
  readonly build: string;
}

export interface ServiceContext {
  readonly lab: string;
  readonly config: SystemConfig;
  /** All nodes of the group, in order, as they were when the container was first made. */
  readonly peers: readonly Node[];
  /** True for a node that came to a running group. */
  readonly joined: boolean;
}

/** The user's own machine, as the `from` of an edge. No node may bear this name. */
export const HOST = 'host';

/** The system of a node of the user's own, of which labctl knows only what Docker knows. */
export const CUSTOM = 'custom';

export const isCustom = ({ system }: Pick<Node, 'system'>): boolean => system === CUSTOM;

export const edgeName = (from: string, to: string): string => `${from}:${to}`;

/** The edge from the user's machine to a node. */
export const hostEdge = (node: string): string => edgeName(HOST, node);

/** True for an edge from the user's machine. */
export const isHostEdge = (edge: Pick<Edge, 'from'>): boolean => edge.from === HOST;

/** What decides which program runs; one that is overridden hides those behind it. */
const PROGRAM = ['version', 'image', 'binary'];

/**
 * What holds for a node of a system: its group's keys, under those of its role (`tikv: {...}` of a
 * system that has such a role), the stack's for the node and replace's.
 */
export function configOf({ stack, replaced }: Omit<Model, 'edges'>, node: Node): SystemConfig {
  const { overrides = {}, ...group } = stack.systems[node.group]!;
  const ofRole = isKeys(group[node.role]) ? (group[node.role] as NodeConfig) : undefined;
  const own = (overrides as Record<string, NodeConfig>)[node.name];
  return [ofRole, own, replaced[node.name]].reduce<NodeConfig>(overlay, group) as SystemConfig;
}

const isKeys = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `config` with the keys of `over` in place of its own. */
export function overlay(config: NodeConfig, over: NodeConfig = {}): NodeConfig {
  const first = PROGRAM.findIndex((key) => key in over);
  const hidden = first < 0 ? [] : PROGRAM.slice(first + 1);
  const kept = Object.entries(config).filter(([key]) => !hidden.includes(key));
  return { ...Object.fromEntries(kept), ...over };
}
