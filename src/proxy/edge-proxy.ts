// The proxy of one directed edge: a listener per port, the connections through it, and the fault
// list that all of them obey. Changes are applied one after the other, each as a whole.
import { createServer, type Server, type Socket } from 'node:net';
import type { EdgeState, WantedFault } from '../control/protocol.ts';
import type { Fault } from '../faults/fault.ts';
import { faultKinds } from '../faults/index.ts';
import { type ActiveFault, Connection } from './connection.ts';

/** The longest delay that setTimeout takes. */
const TIMER_MAX_MS = 2 ** 31 - 1;

/** When a fault that is over could not be removed (nft or the disk failed), it is tried again. */
const EXPIRE_RETRY_MS = 1_000;

export interface EdgeProxyOptions {
  /** Name that only the real node bears, e.g. `etcd-2.node`. */
  readonly upstream: string;
  /** Where to listen; default all addresses. */
  readonly host?: string;
  /** Listen port -> upstream port. The same in a lab; tests listen on 0. */
  readonly ports: ReadonlyMap<number, number>;
  readonly random: () => number;
  /** Puts the packet verdicts in force; rejects where packets cannot be filtered. */
  applyPackets(verdicts: readonly string[]): Promise<void>;
  /** Called before a change takes effect, with what will be in force. */
  save(revision: number, faults: readonly Fault[]): void;
  /** Called after every change, with its cause. */
  changed(event: 'set' | 'expired', state: EdgeState): void;
}

/** Thrown by `set` when packets cannot be filtered here; nothing was changed. */
export class PacketsUnavailable extends Error {}

export class EdgeProxy {
  readonly #options: EdgeProxyOptions;
  readonly #servers = new Map<number, Server>();
  readonly #connections = new Set<Connection>();
  #faults: readonly Fault[] = [];
  #active: readonly ActiveFault[] = [];
  #revision = 0;
  #verdicts: readonly string[] = [];
  #total = 0;
  #failed = 0;
  #bytesUp = 0;
  #bytesDown = 0;
  #lastActivity: number | null = null;
  #deadline: NodeJS.Timeout | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: EdgeProxyOptions) {
    this.#options = options;
  }

  /** Takes up a stored fault list, and only then listens. */
  async start(revision: number, faults: readonly Fault[]): Promise<void> {
    this.#revision = revision;
    await this.#apply(faults.filter((fault) => !isOver(fault)));
  }

  get state(): EdgeState {
    return {
      revision: this.#revision,
      faults: this.#faults,
      connections: { open: this.#connections.size, total: this.#total, failed: this.#failed },
      bytes: { up: this.#bytesUp, down: this.#bytesDown },
      lastActivity: this.#lastActivity,
    };
  }

  /** Ports listened on, in the order of the option; 0 while closed. */
  get listening(): number[] {
    return [...this.#options.ports.keys()].map((port) => {
      const address = this.#servers.get(port)?.address();
      return typeof address === 'object' && address ? address.port : 0;
    });
  }

  /** Puts the whole list in force, if `base` is still the revision; false when it is not. */
  set(base: number, wanted: readonly WantedFault[]): Promise<boolean> {
    return this.#inTurn(async () => {
      if (base !== this.#revision) return false;
      await this.#change('set', wanted.map(withDeadline));
      return true;
    });
  }

  async stop(): Promise<void> {
    clearTimeout(this.#deadline);
    for (const server of this.#servers.values()) server.close();
    for (const connection of this.#connections) connection.end();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    return result;
  }

  async #change(event: 'set' | 'expired', faults: readonly Fault[]): Promise<void> {
    const before = new Set(this.#faults.map(({ id }) => id));
    await this.#applyPackets(faults); // what can fail comes first, and is undone
    try {
      this.#options.save(this.#revision + 1, faults);
    } catch (error) {
      await this.#applyPackets(this.#faults);
      throw error;
    }
    this.#revision += 1;
    await this.#apply(faults);
    if (this.#active.some(({ kind }, i) => kind.existing === 'rst' && !before.has(faults[i]!.id)))
      for (const connection of this.#connections) connection.reset();
    this.#options.changed(event, this.state);
  }

  async #apply(faults: readonly Fault[]): Promise<void> {
    await this.#applyPackets(faults);
    this.#faults = faults;
    this.#active = faults.map(({ kind, params }) => ({ kind: faultKinds[kind]!, params }));
    this.#scheduleDeadline();
    await this.#openOrClose();
    for (const connection of this.#connections) connection.setFaults(this.#active);
  }

  async #applyPackets(faults: readonly Fault[]): Promise<void> {
    const verdicts = faults.flatMap(({ kind }) => faultKinds[kind]!.packets ?? []);
    if (verdicts.join() === this.#verdicts.join()) return;
    try {
      await this.#options.applyPackets(verdicts);
    } catch (error) {
      throw new PacketsUnavailable((error as Error).message, { cause: error });
    }
    this.#verdicts = verdicts;
    for (const connection of this.#connections)
      if (verdicts.length) connection.stopProbes();
      else connection.probeStale();
  }

  #scheduleDeadline(): void {
    clearTimeout(this.#deadline);
    const next = Math.min(...this.#faults.map((fault) => fault.until ?? Number.POSITIVE_INFINITY));
    if (next === Number.POSITIVE_INFINITY) return;
    const waitMs = Math.min(Math.max(next - Date.now(), 0), TIMER_MAX_MS);
    this.#deadline = setTimeout(() => {
      const again = () => setTimeout(() => this.#scheduleDeadline(), EXPIRE_RETRY_MS);
      this.#inTurn(() => this.#expire()).catch(again);
    }, waitMs);
  }

  async #expire(): Promise<void> {
    const left = this.#faults.filter((fault) => !isOver(fault));
    if (left.length < this.#faults.length) await this.#change('expired', left);
    else this.#scheduleDeadline();
  }

  async #openOrClose(): Promise<void> {
    const closed = this.#active.some(({ kind }) => kind.closesListener);
    for (const [port, upstreamPort] of this.#options.ports) {
      const server = this.#servers.get(port);
      if (closed && server) {
        this.#servers.delete(port);
        server.close(); // its connections live on; only their own faults end them
      } else if (!closed && !server) {
        this.#servers.set(port, await this.#listen(port, upstreamPort));
      }
    }
  }

  #listen(port: number, upstreamPort: number): Promise<Server> {
    const server = createServer(
      { allowHalfOpen: true, pauseOnConnect: true, noDelay: true },
      (client) => this.#accept(client, upstreamPort),
    );
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port, host: this.#options.host ?? '0.0.0.0' }, () => resolve(server));
    });
  }

  #accept(client: Socket, port: number): void {
    this.#total += 1;
    if (this.#active.some(({ kind }) => kind.arriving === 'rst')) {
      client.resetAndDestroy();
      return;
    }
    const target = { host: this.#options.upstream, port };
    const connection = new Connection(client, target, this.#options.random, {
      up: (bytes) => {
        this.#bytesUp += bytes;
        this.#lastActivity = Date.now();
      },
      down: (bytes) => {
        this.#bytesDown += bytes;
        this.#lastActivity = Date.now();
      },
      dialFailed: () => (this.#failed += 1),
      closed: () => this.#connections.delete(connection),
    });
    this.#connections.add(connection);
    connection.setFaults(this.#active);
  }
}

const isOver = (fault: Fault): boolean => fault.until !== undefined && fault.until <= Date.now();

function withDeadline({ forMs, ...fault }: WantedFault): Fault {
  return forMs === undefined ? fault : { ...fault, until: Date.now() + forMs };
}
