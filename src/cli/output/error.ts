// The one place that turns whatever was thrown into what the user sees on stderr.
import { CommanderError } from 'commander';
import pc from 'picocolors';
import { LabError, asLabError as toLabError } from '../../errors.ts';

/** Anything thrown as a LabError, commander's complaints too. */
export function asLabError(error: unknown): LabError {
  if (error instanceof CommanderError)
    return new LabError('usage', error.message.replace(/^error: /, '').replace(/\n\(/, ' ('));
  return toLabError(error);
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
