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

/** How a stream ends: FIN or RST leave in their turn, behind the data. */
type End = 'fin' | 'rst';

interface Waiting {
  readonly chunk: Buffer | End;
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
    src.on('end', () => {
      if (!wasReset(src)) return this.#finish('fin');
      src.destroy();
      return this.#finish('rst');
    });
    dst.on('close', () => clearTimeout(this.#timer));
    dst.on('drain', () => {
      this.#blocked = false;
      this.#flush();
    });
  }

  /** True when bytes that were read have not left yet. */
  get isHolding(): boolean {
    return this.#queuedBytes > 0 || this.#dst.writableLength > 0;
  }

  /** Passes a reset of the source on, behind what waits. */
  reset(): void {
    this.#finish('rst');
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

  #finish(end: End): void {
    if (this.#direct) this.#end(end);
    else this.#enqueue(end);
  }

  #end(end: End): void {
    if (end === 'fin') this.#dst.end();
    else this.#dst.resetAndDestroy();
  }

  #enqueue(chunk: Buffer | End): void {
    let dueMs = performance.now();
    for (const effect of this.#effects) dueMs = effect.due?.(dueMs) ?? dueMs;
    this.#lastDueMs = dueMs = Math.max(dueMs, this.#lastDueMs);
    this.#queue.push({ chunk, dueMs });
    this.#queuedBytes += sizeOf(chunk);
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
      this.#queuedBytes -= sizeOf(chunk);
      if (typeof chunk === 'string') this.#end(chunk);
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

const sizeOf = (chunk: Buffer | End): number => (typeof chunk === 'string' ? 0 : chunk.length);

/**
 * libuv calls a reset right behind data an end of the stream, but it leaves a socket without a
 * peer. So does an orderly end of both sides.
 */
const wasReset = (socket: Socket): boolean =>
  !socket.writableEnded && socket.remotePort === undefined;
