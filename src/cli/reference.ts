// Every command with its usage, arguments and flags, read off the command map: the reference in
// docs/cli.md and the man page are made of it, and completion looks words up in it.
import type { Option } from 'commander';
import { buildCommand, type CommandSpec, sentence } from './command.ts';
import { commandGroups } from './commands/index.ts';

interface CommandPage {
  /** `fault add` */
  readonly name: string;
  readonly summary: string;
  /** `fault add [options] <kind> [words...]` */
  readonly usage: string;
  readonly examples: readonly string[];
  readonly arguments: readonly { readonly term: string; readonly what: string }[];
  readonly flags: readonly {
    readonly term: string;
    readonly what: string;
    /** The environment's. */
    readonly variable?: string | undefined;
    readonly preset?: string | undefined;
  }[];
}

/** What follows every command alike is left to one place of its own. */
const isOwn = ({ helpGroupHeading }: { helpGroupHeading?: string | undefined }): boolean =>
  helpGroupHeading !== 'Shared options:';

/** The commands that run something, in the order of the help, by group. */
function commandPages(): Readonly<Record<string, readonly CommandPage[]>> {
  const pages = Object.entries(commandGroups).map(([group, specs]) => [
    group.replace(/:$/, ''),
    specs.flatMap((spec) => pagesOf(spec)),
  ]);
  return Object.fromEntries(pages);
}

function pagesOf(spec: CommandSpec, above = ''): CommandPage[] {
  const name = `${above} ${spec.name}`.trim();
  const subs = (spec.subcommands ?? []).flatMap((sub) => pagesOf(sub, name));
  if (!spec.run) return subs;
  const command = buildCommand(spec, async () => {});
  const page: CommandPage = {
    name,
    summary: spec.summary,
    usage: `${name} ${command.usage()}`,
    examples: spec.examples,
    arguments: command.registeredArguments.map((argument) => ({
      term: argument.name(),
      what: argument.description,
    })),
    flags: command.options.filter(isOwn).map((option) => ({
      ...flagOf(option),
      preset: option.defaultValueDescription ?? presetOf(option.defaultValue),
    })),
  };
  return [page, ...subs];
}

const flagOf = ({ flags, description, argChoices, envVar }: Option) => ({
  term: flags,
  variable: envVar,
  what: [description, argChoices && `: ${argChoices.join(', ')}`].join(''),
});

const presetOf = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;

/** The flags that every command has. */
const sharedFlags = (): CommandPage['flags'] =>
  buildCommand({ name: 'x', summary: 'x', examples: [], run: async () => {} }, async () => {})
    .options.filter((option) => !isOwn(option))
    .map(flagOf);

/** The reference of docs/cli.md. */
export function toMarkdown(): string {
  return Object.values(commandPages())
    .flat()
    .flatMap(({ usage, summary, flags }) => [
      `### \`labctl ${usage}\``,
      sentence(summary),
      ...(flags.length ? [flags.map(flagLine).join('\n')] : []),
    ])
    .join('\n\n');
}

const flagLine = ({ term, what, preset }: CommandPage['flags'][number]): string =>
  `- \`${term}\` ${what}${preset === undefined ? '' : ` (default \`${preset}\`)`}`;

/** man/labctl.1 */
export function toMan(version: string): string {
  const flagsOf = (flags: CommandPage['flags']) =>
    flags.flatMap(({ term, what, preset, variable }) => {
      const known = [...(preset === undefined ? [] : [`default ${preset}`]), `env ${variable}`];
      return ['.TP', `.B ${roff(term)}`, roff(`${what} (${known.join(', ')})`)];
    });
  const groups = Object.entries(commandPages()).flatMap(([group, pages]) => [
    `.SH ${roff(group.toUpperCase())}`,
    ...pages.flatMap((page) => [
      `.SS "${roff(`labctl ${page.usage}`)}"`,
      roff(sentence(page.summary)),
      ...page.arguments.flatMap(({ term, what }) => ['.TP', `.I ${roff(term)}`, roff(what)]),
      ...flagsOf(page.flags),
      ...['.PP', '.nf', ...page.examples.map((line) => roff(`  $ labctl ${line}`)), '.fi'],
    ]),
  ]);
  return [
    `.TH LABCTL 1 "" "labctl ${version}"`,
    '.SH NAME',
    roff('labctl - real distributed databases in Docker, with every network edge a fault point'),
    '.SH SYNOPSIS',
    '.B labctl',
    roff('COMMAND [ARGUMENTS]'),
    ...groups,
    '.SH "FLAGS OF EVERY COMMAND"',
    ...flagsOf(sharedFlags()),
    '.SH "EXIT STATUS"',
    ...listOf(EXITS),
    '.SH ENVIRONMENT',
    ...listOf(VARIABLES),
    '',
  ].join('\n');
}

const listOf = (terms: Readonly<Record<string, string>>): string[] =>
  Object.entries(terms).flatMap(([term, what]) => ['.TP', `.B ${roff(term)}`, roff(what)]);

const EXITS: Readonly<Record<number, string>> = {
  0: 'done; also when there was nothing to do',
  1: 'the lab answered, and a check failed',
  2: 'the command or a file is wrong; nothing was touched',
  125: 'labctl could not do it or judge it',
  130: 'interrupted',
};

const VARIABLES = {
  'LABCTL_LAB, LABCTL_COMMAND_FLAG': 'as the flag that names it (env); an empty one counts as none',
  LABCTL_SYSTEMS: 'folders of systems of your own, with colons between them',
  'DOCKER_HOST, DOCKER_CONTEXT': 'where the engine is, as for the docker command',
};

/** A text that roff does not read anything into. */
const roff = (text: string): string =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('"', '\\(dq')
    .replace(/^([.'])/, '\\&$1');
