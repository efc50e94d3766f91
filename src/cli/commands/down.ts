import { LabError } from '../../errors.ts';
import type { RemovedLab } from '../../lab/down.ts';
import { type CommandSpec, durationOption } from '../command.ts';
import type { Context } from '../context.ts';
import { plural } from '../output/table.ts';

interface Options {
  readonly keepData?: boolean;
  readonly all?: boolean;
  readonly yes?: boolean;
  readonly timeout: number;
  readonly dryRun?: boolean;
}

export const down: CommandSpec = {
  name: 'down',
  summary: 'remove a lab: containers, networks and data',
  examples: ['down', 'down --keep-data', 'down --all --yes'],
  configure: (command) =>
    command
      .argument('[lab]', 'the same as --lab')
      .option('--keep-data', 'leave the data volumes for the next up')
      .option('-a, --all', 'every lab of this engine')
      .option('-y, --yes', 'do not ask (only --all asks)')
      .addOption(
        durationOption('--timeout <duration>', 'limit for a node to stop, with --keep-data', '10s'),
      )
      .option('--dry-run', 'say what would be removed'),
  run: async (context, argument: string | undefined, options: Options) => {
    const { downAll } = await import('../../lab/down.ts');
    const labs = await chosenLabs(context, argument, options);
    const { keepData = false, timeout: timeoutMs, dryRun = false } = options;
    const { removed, failed } = await downAll(labs, { keepData, timeoutMs, dryRun });
    if (failed && !removed.length) throw failed;
    const verb = dryRun ? 'would remove' : 'removed';
    await context.print({
      json: { version: 1, dryRun, labs: removed },
      names: () => removed.map(({ lab }) => lab),
      table: () =>
        removed.map((each) => describe(verb, each)).join('\n') || 'no lab is there: nothing to do',
    });
    if (failed) throw failed;
  },
};

function describe(verb: string, { lab, containers, networks, volumes }: RemovedLab): string {
  if (!containers.length && !networks.length && !volumes.length)
    return `no lab ${lab} is there: nothing to do`;
  const count = (list: readonly string[], what: string) =>
    list.length ? [plural(list.length, what)] : [];
  const parts = [
    ...count(containers, 'container'),
    ...count(networks, 'network'),
    ...count(volumes, 'data volume'),
  ];
  return `${verb} lab ${lab}: ${parts.join(', ')}`;
}

async function chosenLabs(
  context: Context,
  argument: string | undefined,
  { all, yes, dryRun }: Options,
): Promise<string[]> {
  const { labNames } = await import('../../lab/list.ts');
  const named = argument ?? context.shared.lab;
  if (!all && named !== undefined) return [named];
  if (!all) {
    const labs = (await labNames(false)).map(({ name }) => name);
    if (labs.length > 1)
      throw new LabError('lab-ambiguous', `${labs.length} labs are there: ${labs.join(', ')}`, {
        hint: `${context.self} down ${labs[0]}, or down --all`,
      });
    return labs;
  }
  const labs = (await labNames(true)).map(({ name }) => name);
  if (!labs.length || yes || dryRun) return labs;
  if (!process.stdin.isTTY)
    throw new LabError('usage', `down --all would remove ${labs.join(', ')}`, {
      hint: `${context.self} down --all --yes`,
    });
  const { createInterface } = await import('node:readline/promises');
  const question = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await question.question(`remove ${labs.join(', ')} with all data? [y/N] `);
  question.close();
  if (/^y(es)?$/i.test(answer.trim())) return labs;
  throw new LabError('interrupted', 'nothing was removed');
}
