import { LabError } from '../../errors.ts';
import {
  type CommandSpec,
  durationOption,
  type PullPolicy,
  pullOption,
  subnetsOption,
} from '../command.ts';
import { plural, seconds } from '../output/table.ts';

interface Options {
  readonly timeout: number;
  readonly pull: PullPolicy;
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
      .addOption(pullOption())
      .addOption(subnetsOption('where the networks of new nodes are cut from'))
      .option('--dry-run', 'say what would be done'),
  run: async (context, words: readonly string[], options: Options) => {
    const counts = Object.fromEntries(words.map(readCount));
    const { scale } = await import('../../lab/scale.ts');
    const { timeout: timeoutMs, ...rest } = options;
    const session = await context.session();
    const how = { ...rest, timeoutMs, signal: context.signal };
    const result = await context.withProgress((report) =>
      scale(session, counts, { ...how, report }),
    );
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
        if (!options.dryRun) lines.push(`done after ${seconds(tookMs)}`);
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
