// The one place that turns whatever was thrown into what the user sees on stderr.
import { CommanderError } from 'commander';
import pc from 'picocolors';
import { errorTable } from '../../error-table.ts';
import { LabError, asLabError as toLabError } from '../../errors.ts';
import type { CommandSpec } from '../command.ts';

/** Anything thrown as a LabError, commander's complaints too. `path`: the command that ran. */
export async function asLabError(
  error: unknown,
  path: readonly CommandSpec[] = [],
  commands: readonly CommandSpec[] = [],
): Promise<LabError> {
  const own = error instanceof CommanderError ? undefined : toLabError(error);
  const known =
    own ?? new LabError('usage', await complaint(error as CommanderError, path, commands));
  const isOwnHint = known.hint !== errorTable.usage.remedy;
  return isOwnHint ? known : Object.assign(known, { hint: usageHint(known.message, path) });
}

/** Commander's words, but that it does not guess commands which the short help leaves out. */
async function complaint(
  { code, message }: CommanderError,
  path: readonly CommandSpec[],
  commands: readonly CommandSpec[],
): Promise<string> {
  const [line = '', guess = ''] = message.replace(/^error: /, '').split('\n');
  if (code !== 'commander.unknownCommand') return `${line} ${guess}`.trim();
  const names = (path.at(-1)?.subcommands ?? commands).flatMap(({ name, alias = name }) => [
    name,
    alias,
  ]);
  const { didYouMean } = await import('../../stack/names.ts');
  return line + didYouMean(/'(.*)'/.exec(line)![1]!, names);
}

function usageHint(message: string, path: readonly CommandSpec[]): string {
  const words = ['labctl', ...path.map(({ name }) => name)].join(' ');
  if (/unknown option '--json'/.test(message)) return `${words} -o json`;
  const astray = !path.length && /^unknown option/.test(message);
  return `${words} --help${astray ? '; flags stand behind the command' : ''}`;
}

interface ErrorStyle {
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
