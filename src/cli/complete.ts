// What may stand next on a command line, for the shells' completion scripts. Words come from the
// command map, and those of labs from the engine; where that does not answer there are none.
import type { Argument, Command, Option } from 'commander';
import type { words } from '../lab/words.ts';
import { buildCommand, sharedOptions } from './command.ts';
import { commandGroups } from './commands/index.ts';
import { commandFirst } from './leading-flags.ts';

/** Where words come from that no command line knows by itself. */
export type Sources = typeof words;

/**
 * `words`: what stands behind `labctl`, the last one being typed. Candidates begin with it; none
 * where the shell should offer files. `usualLab` is the environment's, where no flag names another.
 */
export async function complete(
  words: readonly string[],
  sources: Sources,
  usualLab?: string,
): Promise<string[]> {
  const [, flag = '', list = '', typed] = /^(--[\w-]+=)?(.*,)?(.*)$/s.exec(words.at(-1) ?? '')!;
  const before = [...words.slice(0, -1), ...(flag && [flag])].flatMap(splitFlag);
  const found = await candidates([...before, typed!], sources, usualLab);
  return found.map((word) => `${flag}${list}${word}`);
}

/** `--lab=demo` and `-ldemo` are two words. */
function splitFlag(word: string): string[] {
  const [, flag, value] = /^(--[\w-]+)=(.*)$/s.exec(word) ?? /^(-l)(.+)$/s.exec(word) ?? [];
  return flag ? [flag, ...(value ? [value] : [])] : [word];
}

async function candidates(
  words: readonly string[],
  sources: Sources,
  usualLab?: string,
): Promise<string[]> {
  const typed = words.at(-1) ?? '';
  const { command, rest } = findCommand(commandFirst(words.slice(0, -1), specs));
  if (!command) return startingWith(typed, await beforeCommand(words, sources));
  const dashes = rest.indexOf('--');
  if (dashes >= 0) return [];
  const subs = command.commands.map((sub) => sub.name());
  if (subs.length) return startingWith(typed, subs);
  const before = findOption(command.options, rest.at(-1));
  const lab = valueBehind(rest, ['-l', '--lab']) ?? usualLab;
  if (before && takesValue(before))
    return startingWith(typed, await optionValues(before, lab, sources));
  if (typed.startsWith('-')) {
    const flags = command.options.map(({ long }) => long!);
    return startingWith(typed, [...flags, '--help']);
  }
  const given = positional(command, rest);
  const { registeredArguments: all } = command;
  const argument = all[given.length] ?? (all.at(-1)?.variadic ? all.at(-1) : undefined);
  if (!argument) return [];
  const values = await argumentValues(argument, given, lab, sources);
  return startingWith(typed, values).filter((word) => !given.includes(word));
}

/** Words where no command stands yet: commands, shared flags and their values. */
async function beforeCommand(words: readonly string[], sources: Sources) {
  const options = sharedOptions();
  const before = findOption(options, words.at(-2));
  if (before && takesValue(before)) return optionValues(before, undefined, sources);
  if (commandFirst(words.slice(0, -1), specs).length) return [];
  return words.at(-1)?.startsWith('-') ? options.map(({ long }) => long!) : topNames();
}

const startingWith = (typed: string, words: readonly string[]): string[] =>
  [...new Set(words)].filter((word) => word.startsWith(typed));

const specs = Object.values(commandGroups).flat();

const topNames = (): string[] => [...specs.map(({ name }) => name), 'help'];

/** The innermost command that the words name, and the words behind it. */
function findCommand(words: readonly string[]): { command?: Command; rest: readonly string[] } {
  const spec = specs.find(({ name, alias }) => words.length && [name, alias].includes(words[0]));
  if (!spec) return { rest: [] };
  let command = buildCommand(spec, async () => {});
  let rest = words.slice(1);
  for (let sub: Command | undefined; ; command = sub, rest = rest.slice(1)) {
    sub = command.commands.find((each) => each.name() === rest[0]);
    if (!sub) return { command, rest };
  }
}

const findOption = (options: readonly Option[], word: string | undefined): Option | undefined =>
  options.find(({ short, long }) => word && [short, long].includes(word));

const takesValue = ({ required, optional }: Option): boolean => required || optional;

function valueBehind(words: readonly string[], flags: readonly string[]): string | undefined {
  const at = words.findIndex((word) => flags.includes(word));
  return at < 0 ? undefined : words[at + 1];
}

/** The words that are neither flags nor values of flags. */
function positional(command: Command, words: readonly string[]): string[] {
  return words.filter((word, i) => {
    if (word.startsWith('-')) return false;
    const before = findOption(command.options, words[i - 1]);
    return !(before && takesValue(before));
  });
}

type Find = (sources: Sources, lab: string | undefined) => Promise<readonly string[]>;

const NODES: Find = (sources, lab) => sources.nodes(lab);

/** The words that stand for nodes where roles and the host do too: for faults. */
const ANYONE: Find = async (sources, lab) => [
  ...(await sources.nodes(lab)),
  ...['leader', 'follower', 'host'],
];

/** What has logs and a port of its own. */
const CONTAINERS: Find = async (sources, lab) => [
  ...(await sources.nodes(lab)),
  ...(await sources.monitors(lab)),
];

/** Values by what an argument, or the value of a flag, is called in the help. */
const BY_NAME: Readonly<Record<string, Find>> = {
  lab: (sources) => sources.labs(),
  labs: (sources) => sources.labs(),
  stack: (sources) => sources.stacks(),
  node: NODES,
  nodes: NODES,
  container: CONTAINERS,
  containers: CONTAINERS,
  sides: ANYONE,
  edges: (sources, lab) => sources.edges(lab),
  kind: (sources) => sources.kinds(),
  ids: (sources, lab) => sources.faults(lab),
  code: (sources) => sources.codes(),
  preset: (sources) => sources.presets(),
};

async function optionValues(option: Option, lab: string | undefined, sources: Sources) {
  if (option.argChoices) return option.argChoices;
  const value = /[<[]([a-z]+)/.exec(option.flags)?.[1] ?? '';
  const find = /^nodes?$/.test(value) ? ANYONE : (BY_NAME[option.name()] ?? BY_NAME[value]);
  return find ? find(sources, lab) : [];
}

async function argumentValues(
  argument: Argument,
  given: readonly string[],
  lab: string | undefined,
  sources: Sources,
): Promise<readonly string[]> {
  if (argument.argChoices) return argument.argChoices;
  // fault add KIND: edges, and the parameters of that kind.
  if (argument.name() === 'words')
    return [...(await sources.edges(lab)), ...(await sources.params(given[0]!))];
  return (await BY_NAME[argument.name()]?.(sources, lab)) ?? [];
}
