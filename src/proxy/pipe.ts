// One direction of one connection. Without faults a chunk goes straight from socket to socket; with
// faults it waits in a queue until every fault lets it go. Order is always kept and nothing is
// dropped.
//
//   src --data--> direct ---------------------------> dst
//             \-> effects.due() -> queue -> flush --/
import type { Socket } from 'node:net';
import type { StreamEffect } from '../faults/fault.ts';

/** Bytes that may wait in one direction of one connection before its sender is made to wait. */
const QUEUE_LIMIT_BYTES = 64 * 1024 * 1024;

/** A null chunk is the end of the stream: FIN leaves in its turn, behind the data. */
interface Waiting {
  readonly chunk: Buffer | null;
  dueMs: number;
}

export class Pipe {
  readonly #src: Socket;
  readonly #dst: Socket;
  #effects: readonly StreamEffect[] = [];
  #queue: Waiting[] = [];
  #head = 0;
  #queuedBytes = 0;
  #lastDueMs = 0;
  #direct = true;
  #held = false;
  #blocked = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(src: Socket, dst: Socket, count: (bytes: number) => void) {
    this.#src = src;
    this.#dst = dst;
    src.on('data', (chunk: Buffer) => {
      count(chunk.length);
      if (!this.#direct) this.#enqueue(chunk);
      else if (!dst.write(chunk)) this.#block();
    });
    src.on('end', () => (this.#direct ? dst.end() : this.#enqueue(null)));
    dst.on('close', () => clearTimeout(this.#timer));
    dst.on('drain', () => {
      this.#blocked = false;
      this.#flush();
    });
  }

  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /** Replaces the effects; what waits in the queue keeps its place. */
  setEffects(effects: readonly StreamEffect[]): void {
    this.#effects = effects;
    this.#held = effects.some((effect) => effect.held);
    if (effects.length) this.#direct = false;
    // Nothing delays any more: what was delayed need not wait out its time.
    if (!effects.some((effect) => effect.due)) {
      this.#lastDueMs = 0;
      for (const waiting of this.#queue) waiting.dueMs = 0;
    }
    this.#flush();
  }

  #enqueue(chunk: Buffer | null): void {
    let dueMs = performance.now();
    for (const effect of this.#effects) dueMs = effect.due?.(dueMs) ?? dueMs;
    this.#lastDueMs = dueMs = Math.max(dueMs, this.#lastDueMs);
    this.#queue.push({ chunk, dueMs });
    this.#queuedBytes += chunk?.length ?? 0;
    this.#flush();
  }

  #flush(): void {
    clearTimeout(this.#timer);
    const now = performance.now();
    while (!this.#held && !this.#blocked && this.#head < this.#queue.length) {
      const { chunk, dueMs } = this.#queue[this.#head]!;
      if (dueMs > now) {
        this.#timer = setTimeout(() => this.#flush(), dueMs - now);
        break;
      }
      this.#head += 1;
      this.#queuedBytes -= chunk?.length ?? 0;
      if (chunk === null) this.#dst.end();
      else if (!this.#dst.write(chunk)) this.#blocked = true;
    }
    this.#compact();
    const mayRead = !this.#held && !this.#blocked && this.#queuedBytes < QUEUE_LIMIT_BYTES;
    if (mayRead) this.#src.resume();
    else this.#src.pause();
  }

  /** Drops what was sent; goes back to the direct way once nothing waits and no fault is set. */
  #compact(): void {
    if (this.#head === this.#queue.length) {
      this.#queue = [];
      this.#head = 0;
      this.#direct = this.#effects.length === 0;
    } else if (this.#head > 1024) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
  }

  #block(): void {
    this.#blocked = true;
    this.#src.pause();
  }
}
