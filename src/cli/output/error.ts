// The one place that turns whatever was thrown into what the user sees on stderr.
import { CommanderError } from 'commander';
import pc from 'picocolors';
import { LabError } from '../../errors.ts';

/** A command's only sockets are the engine's. */
const GONE = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOENT', 'ETIMEDOUT'];

/** Anything thrown as a LabError: what is not in the table is a bug of ours and says so. */
export function asLabError(error: unknown): LabError {
  if (error instanceof LabError) return error;
  if (error instanceof CommanderError)
    return new LabError('usage', error.message.replace(/^error: /, '').replace(/\n\(/, ' ('));
  if (error instanceof Error && error.name === 'AbortError')
    return new LabError('interrupted', 'interrupted');
  const text = error instanceof Error ? error.message : String(error);
  if (GONE.includes((error as NodeJS.ErrnoException).code ?? ''))
    return new LabError('docker-unreachable', `the Docker engine went away: ${text}`, {
      cause: error,
    });
  return new LabError('bug', `labctl itself failed: ${text}`, { cause: error });
}

export interface ErrorStyle {
  readonly json: boolean;
  readonly color: boolean;
  readonly verbose: boolean;
}

export function formatError(error: LabError, { json, color, verbose }: ErrorStyle): string {
  if (json) return JSON.stringify(error);
  const paint = pc.createColors(color);
  const lines = [
    `${paint.red('error:')} ${error.message}  (${error.code})`,
    ...error.details.map((line) => `  ${line}`),
    `${paint.yellow('hint:')} ${error.hint}`,
  ];
  if (verbose) lines.push(stackOf(error));
  return lines.join('\n');
}

const stackOf = (error: LabError): string =>
  [error, error.cause]
    .filter((each): each is Error => each instanceof Error)
    .map(({ stack }) => stack)
    .join('\ncaused by: ');
