// The library's face: one object for one lab. Every method is one of the use cases in this folder,
// the same ones that the commands call.

import { type FillOptions, type FillResult, fill, wipe } from './disk.ts';
import { type DownResult, down } from './down.ts';
import { type LabEdge, labEdges } from './edges.ts';
import { findEndpoint } from './endpoint.ts';
import { type LabEvent, labEvents } from './events.ts';
import { type Failpoints, failpoint } from './failpoint.ts';
import { removeFaults } from './faults/change-faults.ts';
import type { FaultChange } from './faults/fault-change.ts';
import { type FaultAddOptions, faultAdd, faultList, faultRemove } from './faults/faults.ts';
import {
  type HoldEvent,
  type HoldOptions,
  type HoldResult,
  holdPartition,
} from './faults/hold-partition.ts';
import { heal, type PartitionOptions, partition } from './faults/partition.ts';
import {
  listPresets,
  type ShownPreset,
  type WanChange,
  type WanOptions,
  wan,
  wanOff,
} from './faults/wan.ts';
import { type GraphFormat, graphFormats, labPicture } from './graph.ts';
import {
  type Action,
  type LifecycleOptions,
  type LifecycleResult,
  lifecycle,
} from './lifecycle.ts';
import { type HeldResult, lifecycleFor } from './lifecycle-for.ts';
import { type LimitOptions, limit, type NodeLimits } from './limit.ts';
import { type PromoteOptions, type PromoteResult, promote } from './promote.ts';
import { type ReplaceOptions, type ReplaceResult, replace } from './replace.ts';
import type { ScaleOptions } from './resize.ts';
import { type ScaleResult, scale } from './scale.ts';
import { openSession } from './session.ts';
import { type LabStatus, labStatus } from './status.ts';
import { type UpOptions, up } from './up.ts';
import { type Condition, waitFor } from './wait-for.ts';
import { watchStatus } from './watch.ts';
import { type WeaveOptions, weaveUp } from './weave.ts';

const WAIT_MS = 30_000;

/**
 * A running lab. Nothing is cached: every call looks at the engine anew, so that other processes
 * may work on the same lab. Errors are `LabError`s; their codes are in docs/errors.md.
 *
 *     await using lab = await Lab.up('etcd-3node');
 *     await lab.partition({ isolate: 'leader' });
 */
export class Lab implements AsyncDisposable {
  readonly name: string;

  private constructor(name: string) {
    this.name = name;
  }

  /** Starts the lab, or takes it as it is, and waits until it is healthy. */
  static async up(stack: string, options: Omit<UpOptions, 'stack'> = {}): Promise<Lab> {
    const { session } = await up({ ...options, stack });
    return new Lab(session.name);
  }

  /** Starts a lab of the services of a compose project; without `files` compose finds its own. */
  static async weave(options: WeaveOptions = {}): Promise<Lab> {
    const { result } = await weaveUp(options);
    return new Lab(result.session.name);
  }

  /** The lab of that name, or the only one there is. */
  static async open(name?: string): Promise<Lab> {
    return new Lab((await openSession(name)).name);
  }

  async status(): Promise<LabStatus> {
    return labStatus(await this.#session());
  }

  /** Calls `onStatus` at once and at every change, until the signal aborts or the lab is gone. */
  async watch(onStatus: (status: LabStatus) => void, signal: AbortSignal): Promise<void> {
    return watchStatus(await this.#session(), onStatus, { signal });
  }

  /** The lab as it is now, as Mermaid text or SVG. */
  async graph(format: GraphFormat = 'mermaid'): Promise<string> {
    return graphFormats[format](await labPicture(await this.#session()));
  }

  /**
   * `partition({ sides: [['etcd-1'], ['etcd-2', 'etcd-3']] })`, or a shape as the command line has
   * it: `{ isolate: 'leader' }`, `{ ring: true, mode: 'jam' }`, `{ deaf: 'etcd-1', forMs: 5_000 }`.
   */
  async partition(options: PartitionOptions): Promise<FaultChange> {
    return partition(await this.#session(), options);
  }

  /** Removes every fault, or those on the edges of some nodes. */
  async heal(...nodes: readonly string[]): Promise<FaultChange> {
    return heal(await this.#session(), nodes);
  }

  /**
   * Partitions and heals until what `options` say is over, then returns with all of it healed:
   * `hold({ isolate: 'leader', until: 'leader-changed' })`. `say` hears of every phase.
   */
  async hold(
    options: HoldOptions,
    say: (event: HoldEvent) => void = () => {},
    signal?: AbortSignal,
  ): Promise<HoldResult> {
    return holdPartition(await this.#session(), options, say, signal);
  }

  /** Lays the latencies of a preset over the edges, in place of any: `{ preset: '3-region' }`. */
  async wan(options: WanOptions): Promise<WanChange> {
    return wan(await this.#session(), options);
  }

  async wanOff(): Promise<FaultChange> {
    return wanOff(await this.#session());
  }

  /** What `wan` can lay. */
  wanPresets(): ShownPreset[] {
    return listPresets();
  }

  async addFault(options: FaultAddOptions): Promise<FaultChange> {
    return faultAdd(await this.#session(), options);
  }

  async faults(): ReturnType<typeof faultList> {
    return faultList(await this.#session());
  }

  async removeFaults(...ids: readonly string[]): Promise<FaultChange> {
    return faultRemove(await this.#session(), ids);
  }

  /** Removes by id from one edge, wherever else the ids are set. */
  async clearFaults(edge: string, ids: readonly string[]): Promise<void> {
    await removeFaults(await this.#session(), [edge], ({ id }) => ids.includes(id));
  }

  /** Edges with their faults and counters, without asking any node; all when none is named. */
  async edges(...names: readonly string[]): Promise<LabEdge[]> {
    return labEdges(await this.#session(), names);
  }

  /** Calls `onEvent` for what happens, until the signal aborts or the engine goes away. */
  async events(onEvent: (event: LabEvent) => void, signal: AbortSignal): Promise<void> {
    await labEvents(await this.#session(), onEvent, signal);
  }

  /** `start`, `stop` and the like by name, and what they changed. */
  async act(
    action: Action,
    nodes: readonly string[],
    options: LifecycleOptions = {},
  ): Promise<LifecycleResult> {
    return lifecycle(await this.#session(), action, nodes, options);
  }

  start(...nodes: readonly string[]): Promise<void> {
    return this.#act('start', nodes);
  }

  stop(...nodes: readonly string[]): Promise<void> {
    return this.#act('stop', nodes);
  }

  restart(...nodes: readonly string[]): Promise<void> {
    return this.#act('restart', nodes);
  }

  /** As kill -9 does; another signal by `killWith`. */
  kill(...nodes: readonly string[]): Promise<void> {
    return this.#act('kill', nodes);
  }

  killWith(signal: string, ...nodes: readonly string[]): Promise<void> {
    return this.#act('kill', nodes, { signal });
  }

  pause(...nodes: readonly string[]): Promise<void> {
    return this.#act('pause', nodes);
  }

  unpause(...nodes: readonly string[]): Promise<void> {
    return this.#act('unpause', nodes);
  }

  /** Frozen for so long; resolves when they run again. */
  async pauseFor(forMs: number, ...nodes: readonly string[]): Promise<HeldResult> {
    return lifecycleFor(await this.#session(), 'pause', nodes, { forMs });
  }

  /** Dead for so long; resolves when they are started, which is before they are healthy. */
  async killFor(forMs: number, ...nodes: readonly string[]): Promise<HeldResult> {
    return lifecycleFor(await this.#session(), 'kill', nodes, { forMs });
  }

  /** `limit(['etcd-2'], { cpus: 0.2 })`, `{ reset: true }`; without a change it only looks. */
  async limit(nodes: readonly string[], options: LimitOptions = {}): Promise<NodeLimits[]> {
    return limit(await this.#session(), nodes, options);
  }

  /** Fills the disk that the stack gives the node, or with `reset` takes that back. */
  async fill(node: string, options: FillOptions = {}): Promise<FillResult> {
    return fill(await this.#session(), node, options);
  }

  /** Stops nodes, empties their data and starts them. */
  async wipe(...nodes: readonly string[]): Promise<void> {
    await wipe(await this.#session(), nodes);
  }

  /** Sets a failpoint of a node whose build has them; `off` takes it back. The others are told. */
  async failpoint(node: string, name?: string, action?: string): Promise<Failpoints> {
    return failpoint(await this.#session(), node, name, action);
  }

  /** `replace(['etcd-1', 'etcd-2'], { version: '3.5.16' })`: one by one, under their data. */
  async replace(nodes: readonly string[], options: ReplaceOptions): Promise<ReplaceResult> {
    return replace(await this.#session(), nodes, options);
  }

  /** Makes a replica the primary, and tells what was lost. */
  async promote(node: string, options: PromoteOptions = {}): Promise<PromoteResult> {
    return promote(await this.#session(), node, options);
  }

  /** `scale({ etcd: 5 })`: nodes join and leave one by one, while the others run. */
  async scale(
    counts: Readonly<Record<string, number>>,
    options: ScaleOptions = {},
  ): Promise<ScaleResult> {
    return scale(await this.#session(), counts, options);
  }

  /** Milliseconds waited. All nodes when none is named. Throws wait-timeout. */
  async waitFor(
    condition: Condition,
    nodes: readonly string[] = [],
    timeoutMs: number = WAIT_MS,
  ): Promise<number> {
    return waitFor(await this.#session(), nodes, condition, timeoutMs);
  }

  /** `127.0.0.1:23017`, where a node's port is reached from this machine. */
  async endpoint(node: string, port?: string): Promise<string> {
    return findEndpoint(await this.#session(), node, port).address;
  }

  /** Removes the lab; with `keepData` its data stays for the next `up`. */
  async down(options: { readonly keepData?: boolean } = {}): Promise<DownResult> {
    return down({ ...options, lab: this.name });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.down();
  }

  async #act(
    action: Action,
    nodes: readonly string[],
    options: LifecycleOptions = {},
  ): Promise<void> {
    await this.act(action, nodes, options);
  }

  #session() {
    return openSession(this.name);
  }
}
