// A row of the error table.

/** What a row of the table says about one kind of error. */
export interface ErrorRow {
  /**
   * 1 a check failed, 2 the command or a file is wrong, 125 labctl could not judge, 130
   * interrupted.
   */
  readonly exit: 1 | 2 | 125 | 130;
  /** One sentence: what the error means. */
  readonly meaning: string;
  /** What to do about it. */
  readonly remedy: string;
  /**
   * True when the action surely did not happen; false when it may have happened, wholly or in part.
   */
  readonly definite: boolean;
}

export const row = (
  exit: ErrorRow['exit'],
  definite: boolean,
  meaning: string,
  remedy: string,
): ErrorRow => ({ exit, definite, meaning, remedy });
