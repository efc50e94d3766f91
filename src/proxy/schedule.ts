// Calls back at the next of some moments in time, however far they are.

/** The longest delay that setTimeout takes. */
const TIMER_MAX_MS = 2 ** 31 - 1;
/** When what was due could not be done (nft or the disk failed), it is tried again. */
const RETRY_MS = 1_000;

export class Schedule {
  readonly #due: () => Promise<void>;
  #timer: NodeJS.Timeout | undefined;

  constructor(due: () => Promise<void>) {
    this.#due = due;
  }

  /** Forgets what was set before. Moments are milliseconds since the epoch. */
  set(moments: readonly (number | undefined)[]): void {
    this.stop();
    const next = Math.min(...moments.map((moment) => moment ?? Number.POSITIVE_INFINITY));
    if (next === Number.POSITIVE_INFINITY) return;
    const waitMs = Math.min(Math.max(next - Date.now(), 0), TIMER_MAX_MS);
    this.#timer = setTimeout(() => this.#run(moments), waitMs);
  }

  #run(moments: readonly (number | undefined)[]): void {
    const again = () => {
      this.#timer = setTimeout(() => this.#run(moments), RETRY_MS);
    };
    this.#due().catch(again);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
