// One direction of one connection. Without faults a chunk goes straight from socket to socket; with
// faults it waits in a queue until every fault lets it go. Order is always kept.
//
//   src --data--> direct ------------------------------------------> dst
//             \-> change -> pieces -> due -> queue -> leave, held --/
import type { Socket } from 'node:net';
import type { StreamEffect } from '../faults/fault.ts';
import type { ActiveFault } from './active-fault.ts';
import { LineOfEffects, type Slot } from './effects.ts';
import { afterSent } from './kernel-queues.ts';
import { resetSocket, wasReset } from './reset.ts';

/** Bytes that may wait in one direction of one connection before its sender is made to wait. */
const QUEUE_LIMIT_BYTES = 64 * 1024 * 1024;
/** The same where no fault delays: what waits for a slow link or reader is the sender's matter. */
const BACKLOG_LIMIT_BYTES = 256 * 1024;

/** How a stream ends: FIN or RST leave in their turn, behind the data. */
type End = 'fin' | 'rst';

interface Waiting {
  /** undefined for what is done when its turn comes. */
  readonly data?: Buffer;
  readonly turn?: () => void;
  dueMs: number;
  /** When it may leave as the first in line; asked for once. */
  leaveMs?: number;
}

interface PipeEvents {
  /** Bytes handed to the destination. */
  passed(bytes: number): void;
  /** A fault ends the whole connection: rst at once, close by a FIN each way. */
  ends(how: 'rst' | 'close', fault: ActiveFault): void;
}

export class Pipe {
  readonly #src: Socket;
  readonly #dst: Socket;
  readonly #events: PipeEvents;
  readonly #line: LineOfEffects;
  #queue: Waiting[] = [];
  #head = 0;
  #queuedBytes = 0;
  #lastDueMs = 0;
  #direct = true;
  #blocked = false;
  /** A turn waits until the kernel has what was written before it. */
  #turning = false;
  /** The fault that ended this direction; what the source still says is thrown away. */
  #endedBy: ActiveFault | undefined;
  #droppedBehindEnd = 0;
  /** The fault that ended it is gone: what comes now has no fault to be lost by. */
  #endIsStale = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(src: Socket, dst: Socket, events: PipeEvents) {
    this.#src = src;
    this.#dst = dst;
    this.#events = events;
    this.#line = new LineOfEffects((slot) => this.#takeHold(slot));
    src.on('end', () => {
      const reset = wasReset(src);
      if (reset) src.destroy();
      this.#finish(reset ? 'rst' : 'fin');
    });
    for (const event of ['drain', 'close']) dst.on(event, () => this.#unblock());
  }

  /** Bytes that were read and have not left yet. */
  get queuedBytes(): number {
    return this.#queuedBytes + this.#dst.writableLength;
  }

  /** Bytes wait, here or unread, or were thrown away: an orderly end now would be a lie. */
  get keepsBack(): boolean {
    return this.queuedBytes > 0 || this.#line.isHeld || this.#line.hasLost;
  }

  /** The connection is over. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#line.clear();
    this.#clearQueue();
  }

  /** With faults a chunk waits here. Without, it is the source that waits for the kernel. */
  get keeps(): boolean {
    return !this.#direct;
  }

  /** What the source said, from its inbox. */
  take(chunk: Buffer): void {
    if (!this.#direct) this.#receive(chunk);
    else if (!this.#write(chunk)) this.#block();
  }

  /** Passes a reset of the source on, behind what waits. */
  reset(): void {
    this.#finish('rst');
  }

  /** An end by a fault: a FIN behind what waits. */
  cutOff(fault: ActiveFault): void {
    if (this.#endedBy) return;
    this.#endedBy = fault;
    this.#direct = false;
    this.#enqueueEnd('fin');
    this.#flush();
  }

  /** Puts these faults in force; those that stay go on as they are. True when bytes were lost. */
  setFaults(faults: ReadonlyMap<ActiveFault, () => readonly StreamEffect[]>): boolean {
    const { added, removed } = this.#line.set(faults);
    this.#endIsStale = this.#endedBy !== undefined && !faults.has(this.#endedBy);
    const isHole = this.#endIsStale && this.#droppedBehindEnd > 0;
    const lost = isHole || removed.some(({ lostBytes }) => lostBytes > 0);
    if (this.#line.size) this.#direct = false;
    if (removed.length) this.#reschedule(removed.some(({ effect }) => effect.leave));
    for (const slot of added) if (!slot.bytesLeft) this.#line.meet(slot);
    this.#flush();
    return lost;
  }

  /** What waited for a fault that is gone waits no more, as far as others let it. */
  #reschedule(leavesAnew: boolean): void {
    const now = performance.now();
    this.#lastDueMs = 0;
    for (let i = this.#head; i < this.#queue.length; i += 1) {
      const waiting = this.#queue[i]!;
      if (leavesAnew) delete waiting.leaveMs;
      const due = this.#line.due(now, waiting.data === undefined);
      this.#lastDueMs = Math.max(Math.min(waiting.dueMs, due), this.#lastDueMs);
      waiting.dueMs = this.#lastDueMs;
    }
  }

  #takeHold(slot: Slot): void {
    const { ends, afterBytes, afterMs } = slot.effect;
    if (ends && afterBytes && !afterMs) {
      slot.fault.hits.droppedBytes += this.#queuedBytes; // all that waits came behind those bytes
      this.#clearQueue();
      this.#endedBy = undefined; // so did the end of another fault
    }
    if (ends === 'fin') this.cutOff(slot.fault);
    else if (ends) this.#events.ends(ends, slot.fault);
    else this.#flush();
  }

  #receive(chunk: Buffer): void {
    if (this.#endedBy) {
      this.#endedBy.hits.droppedBytes += chunk.length;
      this.#droppedBehindEnd += chunk.length;
      if (this.#endIsStale) this.#events.ends('rst', this.#endedBy);
      return;
    }
    const before = this.#line.bytesUntilNext;
    if (chunk.length > before) {
      this.#receive(chunk.subarray(0, before));
      this.#receive(chunk.subarray(before));
      return;
    }
    if (this.#line.discard(chunk.length)) return;
    for (const piece of this.#line.pieces(this.#line.change(chunk)))
      this.#enqueue({ data: piece, dueMs: this.#line.due(performance.now(), false) });
    for (const slot of this.#line.count(chunk.length)) this.#meetInTurn(slot);
    this.#flush();
  }

  /** A fault that takes hold after so many bytes acts behind them, not before. */
  #meetInTurn(slot: Slot): void {
    if (slot.effect.ends || slot.effect.held)
      this.#enqueue({ turn: () => this.#takeTurn(slot), dueMs: this.#lastDueMs });
    else this.#line.meet(slot);
  }

  #takeTurn(slot: Slot): void {
    this.#turning = true;
    const meet = () => {
      this.#turning = false;
      this.#line.meet(slot);
      this.#flush();
    };
    const isReset = slot.effect.ends === 'rst';
    this.#afterWritten(() => (isReset ? afterSent(this.#dst, meet) : meet()));
  }

  #finish(end: End): void {
    if (this.#endedBy && end === 'fin') return;
    if (this.#direct) this.#end(end);
    else if (!this.#line.discard(0)) {
      this.#enqueueEnd(end);
      this.#flush();
    }
  }

  #enqueueEnd(end: End): void {
    const dueMs = this.#line.due(performance.now(), true);
    this.#enqueue({ turn: () => this.#end(end), dueMs });
  }

  #end(end: End): void {
    this.#afterWritten(() => (end === 'fin' ? this.#dst.end() : resetSocket(this.#dst)));
  }

  /** Once the kernel has all that was written: a reset would overtake the rest. */
  #afterWritten(then: () => void): void {
    if (!this.#dst.writableLength) then();
    else if (this.#dst.writableEnded) this.#dst.once('finish', then);
    else this.#dst.write('', then);
  }

  #enqueue(waiting: Waiting): void {
    this.#lastDueMs = waiting.dueMs = Math.max(waiting.dueMs, this.#lastDueMs);
    this.#queue.push(waiting);
    this.#queuedBytes += waiting.data?.length ?? 0;
  }

  /**
   * True when the kernel has all of it. What cannot arrive any more is thrown away: the end of the
   * destination is on the way to the source, and a source that waited would be deaf to its own.
   */
  #write(data: Buffer): boolean {
    if (this.#dst.destroyed) return true;
    this.#events.passed(data.length);
    this.#dst.write(data);
    return this.#dst.writableLength === 0;
  }

  #flush(): void {
    clearTimeout(this.#timer);
    while (this.#mayWrite && this.#head < this.#queue.length) {
      const waiting = this.#queue[this.#head]!;
      const waitMs = this.#leaveMs(waiting) - performance.now();
      if (waitMs > 0) {
        clearTimeout(this.#timer); // a turn may have set it
        this.#timer = setTimeout(() => this.#flush(), waitMs);
        break;
      }
      this.#head += 1;
      this.#queuedBytes -= waiting.data?.length ?? 0;
      if (!waiting.data) waiting.turn!();
      else if (!this.#write(waiting.data)) this.#block();
    }
    this.#compact();
    const limitBytes = this.#line.delays ? QUEUE_LIMIT_BYTES : BACKLOG_LIMIT_BYTES;
    const mayRead = !this.#line.isHeld && !this.#blocked && this.#queuedBytes < limitBytes;
    if (mayRead) this.#src.resume();
    else this.#src.pause();
  }

  get #mayWrite(): boolean {
    return !this.#line.isHeld && !this.#blocked && !this.#turning;
  }

  #leaveMs(waiting: Waiting): number {
    const now = performance.now();
    if (!waiting.data || waiting.dueMs > now) return waiting.dueMs;
    waiting.leaveMs ??= this.#line.leave(now, waiting.data.length);
    return waiting.leaveMs;
  }

  /** Drops what was sent; goes back to the direct way once nothing waits and no fault is set. */
  #compact(): void {
    if (this.#head === this.#queue.length) {
      this.#clearQueue();
      this.#direct = this.#line.size === 0 && !this.#endedBy;
    } else if (this.#head > 1024) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
  }

  #clearQueue(): void {
    this.#queue = [];
    this.#head = 0;
    this.#queuedBytes = 0;
  }

  #block(): void {
    this.#blocked = true;
    this.#src.pause();
    if (!this.#dst.writableNeedDrain) this.#dst.write('', () => this.#unblock());
  }

  #unblock(): void {
    if (!this.#blocked) return;
    this.#blocked = false;
    this.#flush();
  }
}
