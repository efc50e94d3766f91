import { Option } from 'commander';
import { LabError } from '../../errors.ts';
import { type CommandSpec, durationOption } from '../command.ts';
import { createProgress } from '../output/progress.ts';
import { plural } from '../output/table.ts';

interface Options {
  readonly timeout: number;
  readonly pull: 'missing' | 'always' | 'never';
  readonly subnets: string;
  readonly dryRun?: boolean;
}

export const scale: CommandSpec = {
  name: 'scale',
  summary: 'add nodes to a running group, or take some away, one by one',
  examples: ['scale etcd=5', 'scale etcd=3 --dry-run', 'scale meta=1 data=5'],
  configure: (command) =>
    command
      .argument('<sizes...>', 'a group and how many nodes it shall have: etcd=5')
      .addOption(durationOption('--timeout <duration>', 'how long to wait for each node', '2m'))
      .addOption(
        new Option('--pull <policy>', 'when to pull images')
          .choices(['missing', 'always', 'never'])
          .default('missing'),
      )
      .option('--subnets <cidr>', 'where the networks of new nodes are cut from', '10.213.0.0/16')
      .option('--dry-run', 'say what would be done'),
  run: async (context, words: readonly string[], options: Options) => {
    const counts = Object.fromEntries(words.map(readCount));
    const { scale } = await import('../../lab/scale.ts');
    const { timeout: timeoutMs, ...rest } = options;
    const session = await context.session();
    const progress = createProgress(context.shared.progress, context.shared.quiet ?? false);
    const { signal } = context;
    const how = { ...rest, timeoutMs, report: progress.report, signal };
    const result = await scale(session, counts, how).finally(progress.end);
    const { changed, added, removed, tookMs } = result;
    await context.print({
      json: result,
      names: () => [...added, ...removed],
      table: () => {
        if (!changed.length) return 'nothing to do: it has that many nodes';
        const word = options.dryRun ? 'would scale' : 'scaled';
        const lines = changed.map(({ name, from, to }) => `${word} ${name} from ${from} to ${to}`);
        if (added.length) lines.push(`${plural(added.length, 'new node')}: ${added.join(' ')}`);
        if (removed.length) lines.push(`gone with edges and data: ${removed.join(' ')}`);
        if (!options.dryRun) lines.push(`done after ${(tookMs / 1000).toFixed(1)}s`);
        return lines.join('\n');
      },
    });
  },
};

function readCount(word: string): [string, number] {
  const [, name, count] = /^([^=]+)=(\d+)$/.exec(word) ?? [];
  if (name && count) return [name, Number(count)];
  throw new LabError('usage', `"${word}" is no size`, { hint: 'for example: labctl scale etcd=5' });
}
