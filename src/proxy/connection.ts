// One connection through the edge: the dialler's socket, the socket to the real node, and a pipe
// each way. FIN, half-close and RST of one side are passed to the other as what they are.
import type { OnReadOpts, Socket } from 'node:net';
import type { Direction } from '../faults/fault.ts';
import type { ActiveFault } from './active-fault.ts';
import { dial, type Target } from './dial.ts';
import { inbox, withInbox } from './inbox.ts';
import { Pipe } from './pipe.ts';
import { resetSocket } from './reset.ts';
import { TIMER_MAX_MS } from './schedule.ts';

/** Longer than this a dead upstream does not look like an accepted connection. */
const DIAL_LIMIT_MS = 10_000;

/**
 * After a packet cut ends, a peer that has forgotten the connection answers the first probe with
 * RST.
 */
const STALE_PROBE_MS = 1_000;
/** By then it has answered, or the kernel has given up: ten probes, a second apart. */
const STALE_PROBES_MS = 15_000;

interface ConnectionEvents {
  passed(direction: Direction, bytes: number): void;
  dialled(): void;
  dialFailed(): void;
  /** A fault that had not acted on this connection before does now. */
  hit(fault: ActiveFault): void;
  closed(): void;
}

/** What a connection is known by: its number on this edge, and where it goes. */
interface ConnectionName {
  readonly number: number;
  /** The edge's port that was dialled. */
  readonly port: number;
  readonly target: Target;
}

export class Connection {
  readonly name: ConnectionName;
  readonly bytes = { up: 0, down: 0 };
  readonly #client: Socket;
  readonly #events: ConnectionEvents;
  readonly #acceptedMs = performance.now();
  #upstream: Socket | undefined;
  #pipes: readonly (readonly [Direction, Pipe])[] = [];
  #faults: readonly ActiveFault[] = [];
  /** How long each fault holds the dial back: drawn once. */
  readonly #dialDelaysMs = new Map<ActiveFault, number>();
  readonly #hit = new WeakSet<ActiveFault>();
  #dialTimer: NodeJS.Timeout | undefined;
  #probes: NodeJS.Timeout | undefined;
  #open = 1;

  constructor(accepted: Socket, name: ConnectionName, events: ConnectionEvents) {
    const client = withInbox(accepted, this.#inbox(0));
    this.#client = client;
    this.name = name;
    this.#events = events;
    client.on('error', () => {
      const up = this.#pipes[0]?.[1];
      if (up) up.reset();
      else this.#upstream?.destroy(); // what is still dialling cannot be reset
    });
    client.on('close', () => {
      clearTimeout(this.#dialTimer);
      clearTimeout(this.#probes);
      if (!this.#pipes.length) this.#upstream?.destroy();
      this.#closed();
    });
  }

  /** Bytes that the proxy has read and not handed on. */
  get queuedBytes(): number {
    return this.#pipes.reduce((sum, [, pipe]) => sum + pipe.queuedBytes, 0);
  }

  /** The ends of both sockets, for what the kernel knows of them. */
  get sockets(): readonly Socket[] {
    return this.#upstream ? [this.#client, this.#upstream] : [this.#client];
  }

  isHitBy(fault: ActiveFault): boolean {
    return this.#hit.has(fault);
  }

  setFaults(active: readonly ActiveFault[]): void {
    const { number, port } = this.name;
    this.#faults = active.filter((fault) => fault.appliesTo(number, port));
    for (const fault of this.#faults) {
      if (this.#hit.has(fault)) continue;
      this.#hit.add(fault);
      fault.hits.connections += 1;
      this.#events.hit(fault);
    }
    if (this.#pipes.length) this.#setEffects();
    else if (!this.#upstream) this.#dialWhenDue();
  }

  #setEffects(): void {
    let lost = false;
    for (const [direction, pipe] of this.#pipes) {
      const effects = (fault: ActiveFault) => () => fault.effects(this.name.number, direction);
      if (pipe.setFaults(new Map(this.#faults.map((fault) => [fault, effects(fault)]))))
        lost = true;
    }
    if (lost) this.reset(); // a stream is never resumed after bytes were lost
  }

  #dialWhenDue(): void {
    clearTimeout(this.#dialTimer);
    const delayMs = this.#faults.reduce((sum, fault) => sum + this.#dialDelayMs(fault), 0);
    const waitMs = this.#acceptedMs + delayMs - performance.now();
    if (this.#faults.some((fault) => this.#resetsAtOnce(fault))) this.reset();
    else if (delayMs === 0 || waitMs <= 0) this.#dial();
    else if (waitMs < TIMER_MAX_MS)
      this.#dialTimer = setTimeout(() => this.#dialWhenDue(), Math.ceil(waitMs));
  }

  /** What resets every connection does so before the node hears of it. */
  #resetsAtOnce(fault: ActiveFault): boolean {
    const effects = fault.effects(this.name.number, 'up');
    return effects.some(
      ({ ends, afterBytes, afterMs }) => ends === 'rst' && !afterBytes && !afterMs,
    );
  }

  #dialDelayMs(fault: ActiveFault): number {
    if (!fault.kind.dialDelayMs) return 0;
    const random = fault.random(this.name.number, 'dial');
    const delayMs =
      this.#dialDelaysMs.get(fault) ?? fault.kind.dialDelayMs(fault.fault.params, random);
    this.#dialDelaysMs.set(fault, delayMs);
    return delayMs;
  }

  #dial(): void {
    const client = this.#client;
    const upstream = dial(this.name.target, { allowHalfOpen: true, onread: this.#inbox(1) });
    this.#upstream = upstream;
    this.#open += 1;
    const limit = setTimeout(() => upstream.destroy(new Error('dial timed out')), DIAL_LIMIT_MS);
    upstream.once('connect', () => {
      clearTimeout(limit);
      this.#pipes = [
        ['up', this.#pipe(client, upstream, 'up')],
        ['down', this.#pipe(upstream, client, 'down')],
      ];
      this.#events.dialled();
      this.#setEffects();
    });
    upstream.on('error', () => {
      const down = this.#pipes[1]?.[1];
      if (down) return down.reset();
      this.#events.dialFailed();
      resetSocket(client);
    });
    // A side that closed in good order may have bytes on their way to the other: no destroying.
    upstream.on('close', () => {
      clearTimeout(limit);
      this.#closed();
    });
  }

  #inbox(pipe: 0 | 1): OnReadOpts {
    return inbox(() => this.#pipes[pipe]![1]);
  }

  #pipe(src: Socket, dst: Socket, direction: Direction): Pipe {
    return new Pipe(src, dst, {
      passed: (bytes) => {
        this.bytes[direction] += bytes;
        this.#events.passed(direction, bytes);
      },
      ends: (how, fault) => {
        if (how === 'rst') this.reset();
        else for (const [, pipe] of this.#pipes) pipe.cutOff(fault);
      },
    });
  }

  #closed(): void {
    this.#open -= 1;
    if (this.#open > 0) return;
    for (const [, pipe] of this.#pipes) pipe.stop();
    this.#events.closed();
  }

  reset(): void {
    resetSocket(this.#client);
    if (this.#upstream?.connecting) this.#upstream.destroy();
    else if (this.#upstream) resetSocket(this.#upstream);
  }

  /** Asks both kernels, for a while, whether their peers still know the connection. */
  probeStale(): void {
    this.#keepAlive(true);
    clearTimeout(this.#probes);
    this.#probes = setTimeout(() => this.#keepAlive(false), STALE_PROBES_MS);
  }

  /** Without it a second cut would end connections that nature leaves alone. */
  stopProbes(): void {
    clearTimeout(this.#probes);
    this.#keepAlive(false);
  }

  /** For the proxy's own end: orderly, unless that would pass lost bytes off as a whole stream. */
  end(): void {
    if (this.#pipes.some(([, pipe]) => pipe.keepsBack)) this.reset();
    else for (const socket of this.sockets) socket.end();
  }

  #keepAlive(on: boolean): void {
    for (const socket of this.sockets) socket.setKeepAlive(on, STALE_PROBE_MS);
  }
}
