// The effects on one direction of one connection, in the order in which they compose, each with
// what it has still to wait for before it takes hold.
import { STAGES, type StreamEffect } from '../faults/fault.ts';
import type { ActiveFault } from './active-fault.ts';

export interface Slot {
  readonly fault: ActiveFault;
  readonly effect: StreamEffect;
  /** Until it takes hold. */
  bytesLeft: number;
  /** It has taken hold. */
  on: boolean;
  lostBytes: number;
  timer?: NodeJS.Timeout;
}

export class LineOfEffects {
  readonly #takeHold: (slot: Slot) => void;
  #slots: Slot[] = [];
  /** Those that have taken hold, so that the way of a chunk asks nobody else. */
  #on: readonly StreamEffect[] = [];
  isHeld = false;
  /** Some effect makes chunks wait for a time of their own. */
  delays = false;

  constructor(takeHold: (slot: Slot) => void) {
    this.#takeHold = takeHold;
  }

  get size(): number {
    return this.#slots.length;
  }

  get hasLost(): boolean {
    return this.#slots.some(({ lostBytes }) => lostBytes > 0);
  }

  set(faults: ReadonlyMap<ActiveFault, () => readonly StreamEffect[]>) {
    const known = new Set(this.#slots.map(({ fault }) => fault));
    const removed = this.#slots.filter(({ fault }) => !faults.has(fault));
    const added = [...faults]
      .filter(([fault]) => !known.has(fault))
      .flatMap(([fault, effects]) => effects().map((effect) => newSlot(fault, effect)));
    for (const { timer } of removed) clearTimeout(timer);
    const stage = ({ fault }: Slot) => STAGES.indexOf(fault.kind.stage);
    this.#slots = [...this.#slots.filter(({ fault }) => faults.has(fault)), ...added].sort(
      (a, b) => stage(a) - stage(b),
    );
    this.#refresh();
    return { added, removed };
  }

  /** The slot's bytes have passed: it takes hold now, or when its time has come. */
  meet(slot: Slot): void {
    if (!this.#slots.includes(slot)) return; // removed while it waited for its turn
    const { afterMs } = slot.effect;
    if (afterMs) slot.timer = setTimeout(() => this.#turnOn(slot), afterMs);
    else this.#turnOn(slot);
  }

  #turnOn(slot: Slot): void {
    slot.on = true;
    this.#refresh();
    this.#takeHold(slot);
  }

  #refresh(): void {
    this.#on = this.#slots.filter(({ on }) => on).map(({ effect }) => effect);
    this.isHeld = this.#on.some(({ held }) => held);
    this.delays = this.#on.some(({ due, endDue }) => due || endDue);
  }

  /** How many bytes may come before the next slot takes hold. */
  get bytesUntilNext(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const { bytesLeft } of this.#slots) if (bytesLeft && bytesLeft < next) next = bytesLeft;
    return next;
  }

  /** Counts bytes that passed; returns the slots that have now seen all of theirs. */
  count(bytes: number): Slot[] {
    return this.#slots.filter((slot) => {
      if (!slot.bytesLeft) return false;
      slot.bytesLeft -= bytes;
      return slot.bytesLeft === 0;
    });
  }

  /** True when these bytes, or with 0 the end of the stream, are thrown away. */
  discard(bytes: number): boolean {
    const slot = this.#slots.find(({ on, effect }) => on && effect.discards);
    if (!slot) return false;
    slot.lostBytes += bytes || 1; // a lost end is a loss too
    slot.fault.hits.droppedBytes += bytes;
    return true;
  }

  change(data: Buffer): Buffer {
    let changed = data;
    for (const effect of this.#on) changed = effect.change?.(changed) ?? changed;
    return changed;
  }

  pieces(data: Buffer): readonly Buffer[] {
    let pieces: readonly Buffer[] = [data];
    for (const effect of this.#on)
      if (effect.pieces) pieces = pieces.flatMap((piece) => effect.pieces!(piece));
    return pieces;
  }

  due(nowMs: number, isEnd: boolean): number {
    let dueMs = nowMs;
    for (const effect of this.#on) {
      if (isEnd) dueMs = effect.endDue?.(dueMs) ?? dueMs;
      dueMs = effect.due?.(dueMs) ?? dueMs;
    }
    return dueMs;
  }

  leave(nowMs: number, bytes: number): number {
    let leaveMs = nowMs;
    for (const effect of this.#on) leaveMs = effect.leave?.(leaveMs, bytes) ?? leaveMs;
    return leaveMs;
  }

  clear(): void {
    this.set(new Map());
  }
}

const newSlot = (fault: ActiveFault, effect: StreamEffect): Slot => ({
  fault,
  effect,
  bytesLeft: Math.ceil(effect.afterBytes ?? 0), // callers may say half a byte
  on: false,
  lostBytes: 0,
});
