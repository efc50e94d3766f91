// A fault in force on this edge: what all its connections share of it. It lives as long as the
// fault stays set, so that chance, buckets and counts go on when others come and go.
import type { Direction, Fault, FaultKind, StreamEffect } from '../faults/fault.ts';
import { faultKinds } from '../faults/index.ts';
import { seeded } from '../faults/seed.ts';

export class ActiveFault {
  /** As it stands in the list; its deadline may be moved. */
  fault: Fault;
  readonly kind: FaultKind;
  /** What it did to streams so far. */
  readonly hits = { connections: 0, droppedBytes: 0 };
  readonly #edge: string;
  readonly #shared = new Map<Direction, unknown>();

  constructor(fault: Fault, edge: string) {
    this.fault = fault;
    this.kind = faultKinds[fault.kind]!;
    this.#edge = edge;
  }

  /** Whether it acts on the connection of this number and port; always the same answer. */
  appliesTo(connection: number, port: number): boolean {
    const { conns, share = 1, port: only = port } = this.fault.scope ?? {};
    if (only !== port) return false;
    if (conns && (conns === 'existing') !== this.#met(connection)) return false;
    return share === 1 || this.random(connection, 'share')() < share;
  }

  /** The effects on one direction of a connection that it applies to. */
  effects(connection: number, direction: Direction): readonly StreamEffect[] {
    const { direction: only = direction, afterBytes = 0 } = this.fault.scope ?? {};
    const made =
      only === direction
        ? this.kind.stream?.(this.fault.params, {
            direction,
            existing: this.#met(connection),
            random: this.random(connection, direction),
            shared: (make) => this.#share(direction, make),
          })
        : undefined;
    const effects = [made ?? []].flat() as StreamEffect[];
    return effects
      .filter((effect) => Object.keys(effect).length)
      .map((effect) =>
        afterBytes ? { ...effect, afterBytes: afterBytes + (effect.afterBytes ?? 0) } : effect,
      );
  }

  random(connection: number, what: string): () => number {
    const { seed = 0, kind, firstNew = 0 } = this.fault;
    // Counted from the fault, and without its id, which is by chance: the same seed draws the same.
    return seeded(seed, kind, this.#edge, connection - firstNew, what);
  }

  #met(connection: number): boolean {
    return connection < (this.fault.firstNew ?? 0);
  }

  #share<T>(direction: Direction, make: () => T): T {
    if (!this.#shared.has(direction)) this.#shared.set(direction, make());
    return this.#shared.get(direction) as T;
  }
}

/** Two entries that say the same are one fault: what it has in hand stays as it is. */
export const keyOf = ({ id, kind, params, scope, seed, firstNew, startsAt }: Fault): string =>
  JSON.stringify([id, kind, params, scope, seed, firstNew, startsAt]);
