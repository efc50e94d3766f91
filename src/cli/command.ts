// The shape of a command: one file in commands/ each, one line in commands/index.ts.
import { Command, InvalidArgumentError, Option } from 'commander';
import { parseShare } from '../stack/quantities.ts';
import { dockerBytes, parseDuration } from '../stack/units.ts';
import { type Context, OUTPUT_FORMATS, PROGRESS_MODES } from './context.ts';

export interface CommandSpec {
  readonly name: string;
  readonly alias?: string;
  readonly summary: string;
  /** Command lines without the `labctl`, shown first in the help. */
  readonly examples: readonly string[];
  /** Adds arguments and options. */
  readonly configure?: (command: Command) => unknown;
  /** Commander's arguments, then options. A number is the exit status. Heavy imports go in here. */
  // biome-ignore lint/suspicious/noExplicitAny: commander gives arguments by position, untyped
  readonly run?: (context: Context, ...args: any[]) => Promise<unknown>;
  readonly subcommands?: readonly CommandSpec[];
}

/** Runs an action; the exit status of the process is what it returns. */
type Runner = (spec: CommandSpec, command: Command, args: unknown[]) => Promise<void>;

export function buildCommand(spec: CommandSpec, runner: Runner, path = ''): Command {
  const command = new Command(spec.name).summary(spec.summary).description(spec.summary);
  const words = `${path} ${spec.name}`.trim();
  if (spec.alias) command.alias(spec.alias);
  nameEnvironment(command, words);
  spec.configure?.(command);
  for (const sub of spec.subcommands ?? []) command.addCommand(buildCommand(sub, runner, words));
  if (spec.run) {
    for (const option of sharedOptions()) command.addOption(option);
    command.action((...args) => runner(spec, command, args.slice(0, -1)));
  }
  const examples = spec.examples.map((line) => `  $ labctl ${line}`.trimEnd()).join('\n');
  command.addHelpText('before', `${sentence(spec.summary)}\n\nExamples:\n${examples}\n`);
  command.configureHelp({ commandDescription: () => '', showGlobalOptions: false });
  return command;
}

/** A summary as help and the reference say it. */
export const sentence = (summary: string): string =>
  `${summary[0]!.toUpperCase()}${summary.slice(1)}.`;

/** Gives every option its variable before commander sees it: `up --dry-run` LABCTL_UP_DRY_RUN. */
function nameEnvironment(command: Command, words: string): void {
  const addOption = command.addOption.bind(command);
  command.addOption = (option) => {
    const name = `LABCTL ${words} ${option.name()}`.replaceAll(/[ -]/g, '_').toUpperCase();
    if (!option.envVar) option.env(name);
    // Commander takes any value of a switch for on, `0` too, and an empty one for a value.
    if ((option.isBoolean() ? /^(0|false|no|)$/ : /^$/).test(process.env[option.envVar!] ?? '-'))
      delete process.env[option.envVar!];
    return addOption(option);
  };
}

/** The options of every command, anew for each. */
export function sharedOptions(): Option[] {
  const shared = [
    new Option('-l, --lab <name>', 'which lab; may be left out when there is only one').env(
      'LABCTL_LAB',
    ),
    new Option('-o, --output <format>', 'how the result is written')
      .choices(OUTPUT_FORMATS)
      .default('table')
      .env('LABCTL_OUTPUT'),
    new Option('-q, --quiet', 'results only; lists print names').env('LABCTL_QUIET'),
    new Option('-v, --verbose', 'show the stack trace of an error').env('LABCTL_VERBOSE'),
    new Option('--no-color', 'no colours').env('LABCTL_NO_COLOR'),
    new Option('--progress <mode>', 'how progress is shown')
      .choices(PROGRESS_MODES)
      .default('auto')
      .env('LABCTL_PROGRESS'),
  ];
  return shared.map((option) => option.helpGroup('Shared options:'));
}

/** For durations as option values; a bare number is an error that shows the fix. */
export function duration(text: string): number {
  const parsed = parseDuration(text);
  if ('ms' in parsed) return parsed.ms;
  throw new InvalidArgumentError(`${text} ${parsed.problem}`);
}

/** For shares as option values, `5%` or `0.05`. */
export function share(text: string): number {
  const read = parseShare(text);
  if ('value' in read) return read.value;
  throw new InvalidArgumentError(`${text} ${read.problem}`);
}

/** For numbers of lines, and what choices are drawn from. */
export function wholeNumber(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError(`${text} is no whole number`);
}

/** For sizes of memory and disks as option values, as docker writes them: `128m`. */
export function size(text: string): number {
  const bytes = dockerBytes(text);
  if (Number.isNaN(bytes)) throw new InvalidArgumentError(`${text} is no size; write it like 128m`);
  return bytes;
}

/** `--timeout <duration>` and its like, with a default that the help shows as people write it. */
export const durationOption = (flags: string, description: string, preset: string): Option =>
  new Option(flags, description).argParser(duration).default(duration(preset), preset);

const PULL_POLICIES = ['missing', 'always', 'never'] as const;

/** What `pullOption` gives. */
export type PullPolicy = (typeof PULL_POLICIES)[number];

export const pullOption = (): Option =>
  new Option('--pull <policy>', 'when to pull images').choices(PULL_POLICIES).default('missing');

export const subnetsOption = (description = "where the lab's networks are cut from"): Option =>
  new Option('--subnets <cidr>', description).default('10.213.0.0/16');

/** Which stack, as `stackChosen` reads it. */
export interface StackFlags {
  readonly file?: string;
  readonly set?: readonly string[];
}

/** An argument and flags that say which stack, and what is to be changed in it. */
export const addStackOptions = (command: Command): Command =>
  command
    .argument('[stack]', 'a built-in name, or a path; none: ./labctl.yaml, searched upwards')
    .option('-f, --file <path>', 'a stack file, or - for stdin')
    .option(
      '--set <key=value>',
      'change the stack, e.g. nodes=5, as --ROLE.KEY too; repeatable',
      collect,
    );

/** For options that may be given several times. */
export const collect = (text: string, all: readonly string[] = []): string[] => [...all, text];
