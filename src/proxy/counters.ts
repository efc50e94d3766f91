// What an edge has carried, and how much it carries now.
import type { Counters } from '../control/protocol.ts';
import type { Direction } from '../faults/fault.ts';

/** A rate is that of the last whole window. */
const WINDOW_MS = 1_000;

export class EdgeCounters {
  total = 0;
  failed = 0;
  readonly #bytes = { up: 0, down: 0 };
  #lastActivity: number | null = null;
  #window = { startMs: 0, up: 0, down: 0 };
  #rates = { startMs: 0, up: 0, down: 0 };

  passed(direction: Direction, bytes: number): void {
    const now = Date.now();
    this.#lastActivity = now;
    this.#bytes[direction] += bytes;
    if (now - this.#window.startMs >= WINDOW_MS) this.#turn(now);
    this.#window[direction] += bytes;
  }

  /** Without a timer of its own: idle proxies sleep. */
  #turn(now: number): void {
    const { startMs, up, down } = this.#window;
    const lengthMs = Math.max(now - startMs, 1);
    const rate = (bytes: number) => Math.round((bytes * 1_000) / lengthMs);
    this.#rates = { startMs: now, up: rate(up), down: rate(down) };
    this.#window = { startMs: now, up: 0, down: 0 };
  }

  read(open: number): Counters {
    const now = Date.now();
    if (now - this.#window.startMs >= WINDOW_MS) this.#turn(now);
    const { up, down } = this.#rates;
    return {
      connections: { open, total: this.total, failed: this.failed },
      bytes: { ...this.#bytes },
      rates: { up, down },
      lastActivity: this.#lastActivity,
      now,
    };
  }
}
