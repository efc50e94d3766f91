// Tells what happens to connections while somebody follows the edge. It ends by itself: who follows
// asks again and again, and may be killed at any time.
import type { TraceEvent, TraceLine } from '../control/protocol.ts';

/** Bytes are told so often, not chunk by chunk: the engine's log keeps it all. */
const BYTES_EVERY_MS = 500;

type OpenBytes = readonly Required<Pick<TraceEvent, 'connection' | 'port' | 'bytes'>>[];

export class Trace {
  readonly #write: (line: TraceLine) => void;
  readonly #openBytes: () => OpenBytes;
  readonly #told = new Map<number, number>();
  #untilMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(write: (line: TraceLine) => void, openBytes: () => OpenBytes) {
    this.#write = write;
    this.#openBytes = openBytes;
  }

  /** From now for so long; asked for again it goes on. */
  start(forMs: number): void {
    this.#untilMs = performance.now() + forMs;
    this.#timer ??= setInterval(() => this.#tellBytes(), BYTES_EVERY_MS);
  }

  say(event: TraceEvent): void {
    if (!this.#timer) return;
    if (event.event === 'closed') this.#told.delete(event.connection);
    this.#write({ trace: { at: new Date().toISOString(), ...event } });
  }

  #tellBytes(): void {
    if (performance.now() > this.#untilMs) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      this.#told.clear();
      return;
    }
    for (const { connection, port, bytes } of this.#openBytes()) {
      const sum = bytes.up + bytes.down;
      if (this.#told.get(connection) === sum) continue;
      this.#told.set(connection, sum);
      this.say({ event: 'bytes', connection, port, bytes });
    }
  }
}
