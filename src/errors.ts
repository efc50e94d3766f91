// The one error that labctl throws, made from the table of errors.
import { errorTable } from './error-table.ts';

export type ErrorCode = keyof typeof errorTable;

/** What an error may carry beside its message. */
interface ErrorExtras {
  /** One command to run next. Default: the table's remedy. */
  readonly hint?: string | undefined;
  /** Lines shown below the message: a source excerpt, the last log lines of a node. */
  readonly details?: readonly string[];
  readonly cause?: unknown;
}

/** The only error that labctl throws on purpose. Anything else that reaches the user is a bug. */
export class LabError extends Error {
  override readonly name = 'LabError';
  readonly code: ErrorCode;
  readonly hint: string;
  readonly details: readonly string[];

  constructor(code: ErrorCode, message: string, extras: ErrorExtras = {}) {
    super(message, extras.cause === undefined ? {} : { cause: extras.cause });
    this.code = code;
    this.hint = extras.hint ?? errorTable[code].remedy;
    this.details = extras.details ?? [];
  }

  get exit(): number {
    return errorTable[this.code].exit;
  }

  /** The shape that `-o json` prints on stderr. */
  toJSON(): object {
    const { code, message, hint, details } = this;
    return { error: { code, message, hint, details, definite: errorTable[code].definite } };
  }
}

/** A command's only sockets are the engine's. */
const GONE = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOENT', 'ETIMEDOUT'];

/** Of a file `EACCES: permission denied, open '/etc/x'`, in other words; else undefined. */
function fileProblem({ message, path, syscall }: NodeJS.ErrnoException): string | undefined {
  const why = /^E[A-Z]+: (.*), /.exec(message)?.[1];
  if (!path || !why || /^(connect|spawn)/.test(syscall ?? '')) return undefined;
  return `cannot ${syscall} ${path}: ${why}`;
}

/** Anything thrown as a LabError: what is not in the table is a bug of ours and says so. */
export function asLabError(error: unknown): LabError {
  if (error instanceof LabError) return error;
  if (error instanceof Error && error.name === 'AbortError')
    return new LabError('interrupted', 'interrupted');
  const text = error instanceof Error ? error.message : String(error);
  const file = error instanceof Error && fileProblem(error);
  if (file) return new LabError('file-failed', file, { cause: error });
  if (GONE.includes((error as NodeJS.ErrnoException).code ?? ''))
    return new LabError('docker-unreachable', `the Docker engine went away: ${text}`, {
      cause: error,
    });
  return new LabError('bug', `labctl itself failed: ${text}`, { cause: error });
}

/** For our own invariants; a failure is a bug in labctl. */
export function assert(condition: unknown, sentence: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${sentence}`);
}
