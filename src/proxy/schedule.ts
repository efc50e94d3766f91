// Calls back at the next of some moments in time, however far they are.

/** The longest delay that setTimeout takes. */
export const TIMER_MAX_MS = 2 ** 31 - 1;
/** When something could not be done (nft, the disk or a listener failed), it is tried again. */
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
    this.#wait(waitMs);
  }

  /** Calls back soon, whatever is due. */
  retry(): void {
    this.stop();
    this.#wait(RETRY_MS);
  }

  #wait(waitMs: number): void {
    this.#timer = setTimeout(() => this.#due().catch(() => this.retry()), waitMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
