// The proxy of one directed edge: its fault list, and the connections that obey it. Changes are
// applied one after the other, each as a whole.
import type { Socket } from 'node:net';
import type { EdgeState, FaultHits, TraceEvent, WantedFault } from '../control/protocol.ts';
import type { Fault } from '../faults/fault.ts';
import { faultKinds } from '../faults/index.ts';
import { ActiveFault, keyOf } from './active-fault.ts';
import { Connection } from './connection.ts';
import { EdgeCounters } from './counters.ts';
import { unreadBytes } from './kernel-queues.ts';
import { Listeners } from './listeners.ts';
import type { Netns } from './netns.ts';
import { type NetnsPlan, NO_PLAN, packetKey, planNetns } from './netns-plan.ts';
import { Schedule } from './schedule.ts';

interface EdgeProxyOptions {
  /** `etcd-1:etcd-2`; chance is drawn from it. */
  readonly edge: string;
  /** Name that only the real node bears, e.g. `etcd-2.node`. */
  readonly upstream: string;
  /** Where to listen; default all addresses. */
  readonly host?: string;
  /** Listen port -> upstream port. The same in a lab; tests listen on others. */
  readonly ports: ReadonlyMap<number, number>;
  readonly netns: Netns;
  /** Called before a change takes effect, with what will be in force. */
  save(revision: number, faults: readonly Fault[]): void;
  /** Called after every change, with its cause. */
  changed(event: 'set' | 'began' | 'expired', state: Pick<EdgeState, 'revision' | 'faults'>): void;
  /** Called with what happens to connections. */
  trace?(event: TraceEvent): void;
}

/** Thrown by `set` when packets or links cannot be changed here; nothing was changed. */
export class PacketsUnavailable extends Error {}

export class EdgeProxy {
  readonly #options: EdgeProxyOptions;
  readonly #listeners: Listeners;
  readonly #connections = new Set<Connection>();
  readonly #counters = new EdgeCounters();
  readonly #schedule: Schedule;
  #faults: readonly Fault[] = [];
  /** Those that have begun. */
  #active: readonly ActiveFault[] = [];
  #revision = 0;
  #plan: NetnsPlan = NO_PLAN;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: EdgeProxyOptions) {
    this.#options = options;
    this.#listeners = new Listeners(options.host ?? '0.0.0.0', (client, port) =>
      this.#accept(client, port),
    );
    this.#schedule = new Schedule(() => this.#inTurn(() => this.#tick()));
  }

  /** Takes up a stored fault list, and only then listens. */
  async start(revision: number, faults: readonly Fault[]): Promise<void> {
    this.#revision = revision;
    // The connections that a fault met died with the proxy before this one.
    const left = faults.filter((fault) => !isOver(fault));
    const met = left.map((fault) => (fault.firstNew ? { ...fault, firstNew: 0 } : fault));
    const begun = met.map(this.#begin);
    // A proxy that does not listen could not be healed: what cannot be done any more is left out.
    await this.#apply(begun).catch((error) => {
      if (!(error instanceof PacketsUnavailable)) throw error;
      return this.#apply(begun.filter(({ kind }) => isOfStreams(kind)));
    });
  }

  get state(): EdgeState {
    return {
      revision: this.#revision,
      faults: this.#faults,
      hit: this.#faults.map((fault) => this.#activeOf(fault)?.hits.connections ?? 0),
      ...this.#counters.read(this.#connections.size),
    };
  }

  /** What each fault of the list has done so far, in the order of the list. */
  hits(): Promise<FaultHits[]> {
    return this.#inTurn(() => this.#countHits()); // counters change with the rules
  }

  #activeOf(fault: Fault): ActiveFault | undefined {
    return this.#active.find((active) => active.fault === fault);
  }

  async #countHits(): Promise<FaultHits[]> {
    const counts = await this.#options.netns.counts();
    return this.#faults.map((fault) => {
      const active = this.#activeOf(fault);
      if (!active) return { connections: 0, heldBytes: 0, droppedBytes: 0, droppedPackets: 0 };
      const hit = [...this.#connections].filter((connection) => connection.isHitBy(active));
      const held = hit.reduce((sum, { queuedBytes }) => sum + queuedBytes, 0);
      const unread = unreadBytes(hit.flatMap(({ sockets }) => sockets));
      const count = counts.get(packetKey(fault));
      return {
        connections: active.hits.connections,
        heldBytes: held + unread,
        droppedBytes: active.hits.droppedBytes + (count?.bytes ?? 0),
        droppedPackets: count?.packets ?? 0,
      };
    });
  }

  /** Ports listened on, in the order of the option; 0 while closed. */
  get listening(): number[] {
    return [...this.#options.ports.keys()].map((port) => this.#listeners.boundPort(port));
  }

  /** Puts the whole list in force, if `base` is still the revision; false when it is not. */
  set(base: number, wanted: readonly WantedFault[]): Promise<boolean> {
    return this.#inTurn(async () => {
      if (base !== this.#revision) return false;
      const faults = wanted.map((fault) => this.#received(fault));
      planNetns(faults, [...this.#options.ports.keys()]); // throws for what can never be together
      await this.#refuseLate(faults);
      await this.#change('set', faults);
      return true;
    });
  }

  async stop(): Promise<void> {
    this.#schedule.stop();
    this.#listeners.closeAll();
    for (const connection of this.#connections) connection.end();
  }

  /** What begins later is tried now: then nobody would hear that it cannot. */
  async #refuseLate(faults: readonly Fault[]): Promise<void> {
    const known = new Set(this.#faults.map(({ id }) => id));
    for (const fault of faults) {
      const { tier } = faultKinds[fault.kind]!;
      if (hasBegun(fault) || known.has(fault.id) || tier === 'stream') continue;
      const problem = await this.#options.netns.problem(tier);
      if (problem) throw new PacketsUnavailable(problem);
    }
  }

  /** A fault as asked for, by this proxy's clock and count. */
  #received({ forMs, afterMs, ...fault }: WantedFault): Fault {
    const beginsAt = Date.now() + (afterMs ?? 0);
    const startsAt = afterMs ? { startsAt: beginsAt } : {};
    const until = forMs === undefined ? {} : { until: beginsAt + forMs };
    return this.#begin({ ...fault, ...startsAt, ...until });
  }

  /** A fault whose time has come meets the connections that are there now. */
  readonly #begin = (fault: Fault): Fault =>
    hasBegun(fault) || (fault.startsAt ?? 0) > Date.now()
      ? fault
      : { ...fault, firstNew: this.#counters.total };

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    return result;
  }

  async #change(event: 'set' | 'began' | 'expired', faults: readonly Fault[]): Promise<void> {
    await this.#applyPackets(faults); // what can fail comes first, and is undone
    try {
      this.#options.save(this.#revision + 1, faults);
    } catch (error) {
      await this.#applyPackets(this.#faults);
      throw error;
    }
    this.#revision += 1;
    try {
      await this.#apply(faults);
    } finally {
      this.#options.changed(event, this.state);
    }
  }

  async #apply(faults: readonly Fault[]): Promise<void> {
    await this.#applyPackets(faults);
    const before = new Map(this.#active.map((active) => [keyOf(active.fault), active]));
    this.#faults = faults;
    this.#active = faults.filter(hasBegun).map((fault) => {
      const active = before.get(keyOf(fault)) ?? new ActiveFault(fault, this.#options.edge);
      active.fault = fault;
      return active;
    });
    this.#schedule.set(
      faults.flatMap((fault) => [fault.until, hasBegun(fault) ? undefined : fault.startsAt]),
    );
    try {
      await this.#openOrClose();
    } catch (error) {
      this.#schedule.retry();
      throw error;
    } finally {
      for (const connection of this.#connections) connection.setFaults(this.#active);
    }
  }

  async #applyPackets(faults: readonly Fault[]): Promise<void> {
    const plan = planNetns(faults.filter(hasBegun), [...this.#options.ports.keys()]);
    if (JSON.stringify(plan) === JSON.stringify(this.#plan)) return;
    try {
      await this.#options.netns.apply(plan);
    } catch (error) {
      throw new PacketsUnavailable((error as Error).message, { cause: error });
    }
    this.#plan = plan;
    const quiet = plan.input.length + plan.output.length + plan.unplugged.length === 0;
    for (const connection of this.#connections)
      if (quiet) connection.probeStale();
      else connection.stopProbes();
  }

  /** Some fault is over, or its time to begin has come. */
  async #tick(): Promise<void> {
    const left = this.#faults.filter((fault) => !isOver(fault));
    const someEnded = left.length < this.#faults.length;
    if (someEnded) await this.#change('expired', left);
    const now = left.map(this.#begin);
    if (now.filter(hasBegun).length > this.#active.length) await this.#beginAll(left, now);
    // Woken too early, by the longest timer or a clock that was set.
    else if (!someEnded) await this.#apply(now);
  }

  /** One that cannot begin goes: it must not keep others from ending. */
  async #beginAll(before: readonly Fault[], now: readonly Fault[]): Promise<void> {
    try {
      await this.#change('began', now);
    } catch (error) {
      if (!(error instanceof PacketsUnavailable)) throw error;
      const cannot = (fault: Fault, i: number) => fault !== before[i] && !isOfStreams(fault.kind);
      await this.#change(
        'expired',
        now.filter((fault, i) => !cannot(fault, i)),
      );
    }
  }

  /** Rejects when a port is taken: for one above 32767 by a connection of the proxy's own, say. */
  async #openOrClose(): Promise<void> {
    const closing = this.#active.filter(({ kind }) => kind.closesListener);
    const ports = [...this.#options.ports.keys()];
    const isClosed = (port: number) =>
      closing.some(({ fault }) => (fault.scope?.port ?? port) === port);
    for (const port of ports.filter(isClosed)) this.#listeners.close(port);
    const opened = await Promise.allSettled(
      ports.filter((port) => !isClosed(port)).map((port) => this.#listeners.open(port)),
    );
    for (const result of opened) if (result.status === 'rejected') throw result.reason;
  }

  #accept(client: Socket, port: number): void {
    const counters = this.#counters;
    const number = counters.total;
    counters.total += 1;
    const trace = (event: TraceEvent['event'], more: Partial<TraceEvent> = {}) =>
      this.#options.trace?.({ event, connection: number, port, ...more });
    const target = { host: this.#options.upstream, port: this.#options.ports.get(port)! };
    const connection = new Connection(
      client,
      { number, port, target },
      {
        passed: (direction, bytes) => counters.passed(direction, bytes),
        dialled: () => trace('dialled'),
        dialFailed: () => {
          counters.failed += 1;
          trace('dial-failed');
        },
        hit: ({ fault: { id, kind } }) => trace('hit', { fault: id, kind }),
        closed: () => {
          this.#connections.delete(connection);
          trace('closed', { bytes: connection.bytes });
        },
      },
    );
    this.#connections.add(connection);
    trace('accepted');
    connection.setFaults(this.#active);
  }

  /** Bytes of the open connections, by number, for those who trace. */
  get openBytes(): { connection: number; port: number; bytes: { up: number; down: number } }[] {
    return [...this.#connections].map(({ name: { number, port }, bytes }) => ({
      connection: number,
      port,
      bytes: { ...bytes },
    }));
  }
}

const isOfStreams = (kind: string): boolean => faultKinds[kind]!.tier === 'stream';
const isOver = (fault: Fault): boolean => fault.until !== undefined && fault.until <= Date.now();
const hasBegun = (fault: Fault): boolean => fault.firstNew !== undefined;
