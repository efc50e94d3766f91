// One connection through the edge: the dialler's socket, the socket to the real node, and a pipe
// each way. FIN, half-close and RST of one side are passed to the other as what they are.
import type { Socket } from 'node:net';
import type { FaultKind, FaultParams } from '../faults/fault.ts';
import { dial, type Target } from './dial.ts';
import { Pipe } from './pipe.ts';

/** Longer than this a dead upstream does not look like an accepted connection. */
const DIAL_LIMIT_MS = 10_000;

/**
 * After a packet cut ends, a peer that has forgotten the connection answers the first probe with
 * RST.
 */
const STALE_PROBE_MS = 1_000;
/** By then it has answered, or the kernel has given up: ten probes, a second apart. */
const STALE_PROBES_MS = 15_000;

export interface ActiveFault {
  readonly kind: FaultKind;
  readonly params: FaultParams;
}

export interface ConnectionEvents {
  up(bytes: number): void;
  down(bytes: number): void;
  dialFailed(): void;
  closed(): void;
}

export class Connection {
  readonly #client: Socket;
  readonly #upstream: Socket;
  readonly #random: () => number;
  #pipes: readonly Pipe[] = [];
  #faults: readonly ActiveFault[] = [];
  #probes: NodeJS.Timeout | undefined;

  constructor(client: Socket, target: Target, random: () => number, events: ConnectionEvents) {
    this.#client = client;
    this.#random = random;
    this.#upstream = dial(target, { allowHalfOpen: true });
    this.#dial(events);
  }

  #dial(events: ConnectionEvents): void {
    const client = this.#client;
    const upstream = this.#upstream;
    let open = 2;
    const onClose = () => --open === 0 && events.closed();
    const limit = setTimeout(() => upstream.destroy(new Error('dial timed out')), DIAL_LIMIT_MS);
    upstream.once('connect', () => {
      clearTimeout(limit);
      this.#pipes = [
        new Pipe(client, upstream, events.up),
        new Pipe(upstream, client, events.down),
      ];
      this.setFaults(this.#faults);
    });
    upstream.on('error', () => {
      const [, down] = this.#pipes;
      if (down) return down.reset();
      events.dialFailed();
      client.resetAndDestroy();
    });
    client.on('error', () => {
      const [up] = this.#pipes;
      if (up) up.reset();
      else upstream.destroy(); // what is still dialling cannot be reset
    });
    // A side that closed in good order may have bytes on their way to the other: no destroying
    // here.
    upstream.on('close', () => {
      clearTimeout(limit);
      onClose();
    });
    client.on('close', () => {
      if (!this.#pipes.length) upstream.destroy();
      clearTimeout(this.#probes);
      onClose();
    });
  }

  setFaults(faults: readonly ActiveFault[]): void {
    this.#faults = faults;
    for (const pipe of this.#pipes)
      pipe.setEffects(
        faults.flatMap(({ kind, params }) => kind.stream?.(params, this.#random) ?? []),
      );
  }

  reset(): void {
    this.#client.resetAndDestroy();
    if (this.#upstream.connecting) this.#upstream.destroy();
    else this.#upstream.resetAndDestroy();
  }

  /** Asks both kernels, for a while, whether their peers still know the connection. */
  probeStale(): void {
    this.#keepAlive(true);
    this.#probes = setTimeout(() => this.#keepAlive(false), STALE_PROBES_MS);
  }

  /** Without it a second cut would end connections that nature leaves alone. */
  stopProbes(): void {
    clearTimeout(this.#probes);
    this.#keepAlive(false);
  }

  /** For the proxy's own end: orderly, unless that would pass lost bytes off as a whole stream. */
  end(): void {
    if (this.#pipes.some(({ isHolding }) => isHolding)) this.reset();
    else for (const socket of [this.#client, this.#upstream]) socket.end();
  }

  #keepAlive(on: boolean): void {
    for (const socket of [this.#client, this.#upstream]) socket.setKeepAlive(on, STALE_PROBE_MS);
  }
}
