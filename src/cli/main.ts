#!/usr/bin/env node
// The terminal's end of labctl: builds the command tree, runs one command, and is the one place
// that prints errors and decides the exit status. Its static imports stay light: --help must be
// quick.
import { Command } from 'commander';
import { ownVersion } from '../package/files.ts';
import { buildCommand, type CommandSpec } from './command.ts';
import { hiddenComplete } from './commands/completion.ts';
import { commandGroups } from './commands/index.ts';
import { createContext, mayColor } from './context.ts';
import { commandFirst, commandPath } from './leading-flags.ts';
import { asLabError, formatError } from './output/error.ts';
import { roleFlags } from './role-flags.ts';

const HELP = `A real distributed database on your machine, and every network edge of it to break.

Examples:
  $ labctl up etcd-3node
  $ labctl partition --isolate leader
  $ labctl heal
`;

/** The whole tree in one screen: no flags, and commands that differ only in a word on one line. */
const SHORT_HELP = { visibleOptions: () => [] };
const TOGETHER: Readonly<Record<string, readonly [term: string, summary: string]>> = {
  up: ['up, weave', 'start a lab of a stack, or of a compose project'],
  start: ['start, stop, restart', 'start and stop nodes; they keep data and edges'],
  kill: ['kill, pause, unpause', 'kill nodes as kill -9 does; freeze and thaw them'],
  scale: ['scale, promote', 'more or fewer nodes; a replica made primary'],
  fill: ['fill, limit, wipe', "fill a disk, limit cpu and memory, empty a node's data"],
  fault: ['fault, failpoint', "faults on edges; failpoints in a node's own program"],
  exec: ['exec, client', "run a command in a node; open the database's own shell"],
  ls: ['ls, status, graph', 'labs; their nodes, edges and faults; a picture of one'],
  logs: ['logs, trace', 'follow what nodes log, and what happens on edges'],
  port: ['port, wait', 'print where a node is reached; wait for health'],
  validate: ['validate, render', 'check stack files; write the compose file of one'],
  init: ['init, stacks', 'write a stack file of your own; list the built-in ones'],
  doctor: ['doctor, version', 'check what labctl needs; print what versions run here'],
  explain: ['explain, completion', 'say what an error code means; complete words in a shell'],
};
const subcommandTerm = (command: Command) => TOGETHER[command.name()]?.[0] ?? command.name();
const subcommandDescription = (command: Command) =>
  TOGETHER[command.name()]?.[1] ?? command.summary();
const ALSO_THERE = Object.values(TOGETHER).flatMap(([term]) => term.split(', ').slice(1));

const commands = Object.values(commandGroups).flat();
const typed = commandFirst(process.argv.slice(2), commands);

const interrupted = new AbortController();
process.on('SIGINT', () => {
  if (interrupted.signal.aborted) process.exit(130);
  interrupted.abort();
  process.stderr.write('\ninterrupted; once more to stop at once\n');
});

// Whoever reads our output may have seen enough of it: `labctl logs | head`.
process.stdout.on('error', () => process.exit());

async function run(spec: CommandSpec, command: Command, args: unknown[]): Promise<void> {
  const { LABCTL_SYSTEMS: folders } = process.env;
  if (folders) await (await import('../lab/own-systems.ts')).addSystems(folders);
  const context = createContext(command, interrupted.signal);
  const status = await spec.run!(context, ...args);
  const done = typeof status === 'number' ? status : 0;
  process.exitCode = interrupted.signal.aborted ? 130 : done;
}

function buildProgram(): Command {
  const program = new Command('labctl')
    .usage('COMMAND [ARGUMENTS]   (labctl COMMAND --help shows its flags)')
    .version(ownVersion(), '-V, --version')
    .enablePositionalOptions() // behind a command --version is the command's
    .addHelpText('before', HELP)
    .configureHelp({ ...SHORT_HELP, subcommandTerm, subcommandDescription });
  for (const [group, specs] of Object.entries(commandGroups)) {
    program.commandsGroup(group);
    for (const spec of specs) {
      const hidden = ALSO_THERE.includes(spec.name);
      program.addCommand(buildCommand(spec, run).helpGroup(group), { hidden });
    }
  }
  program.addCommand(buildCommand(hiddenComplete, run), { hidden: true });
  const help = new Command('help').argument('[command]').summary('help for a command');
  program.addHelpCommand(help);
  inherit(program);
  return program;
}

/** Settings that commander copies only to subcommands made by `.command()`. */
function inherit(command: Command): void {
  command
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({ outputError: () => {} }); // formatted below, like every other error
  for (const sub of command.commands) inherit(sub);
}

async function fail(error: unknown): Promise<void> {
  const code = (error as { code?: string }).code;
  if (/^commander\.(help|helpDisplayed|version)$/.test(code ?? '')) return;
  const path = commandPath(typed, commands);
  const thrown = interrupted.signal.aborted ? INTERRUPTED : error;
  const known = await asLabError(thrown, path, commands);
  const { env } = process;
  const dashes = process.argv.indexOf('--');
  const words = process.argv.slice(2, dashes < 0 ? undefined : dashes);
  const verbose = ['-v', '--verbose'].some((flag) => words.includes(flag)) || !!env.LABCTL_VERBOSE;
  const format = /(?:^| )(?:-o|--output)[ =]?(\w+)/.exec(words.join(' '))?.[1];
  const json = (format ?? env.LABCTL_OUTPUT) === 'json';
  const plain = words.includes('--no-color') || !!env.LABCTL_NO_COLOR;
  const color = mayColor({ color: !plain }, process.stderr);
  process.stderr.write(`${formatError(known, { json, color, verbose })}\n`);
  process.exitCode = known.exit;
}

const INTERRUPTED = Object.assign(new Error('interrupted'), { name: 'AbortError' });

try {
  const program = buildProgram();
  if (typed.length) await program.parseAsync(roleFlags(typed), { from: 'user' });
  else program.outputHelp();
} catch (error) {
  await fail(error);
}
// An attached proxy or a keep-alive socket must not keep a finished command alive; but a pipe takes
// what was written only bit by bit.
await new Promise((resolve) => process.stdout.write('', resolve));
await new Promise((resolve) => process.stderr.write('', resolve));
process.exit();
