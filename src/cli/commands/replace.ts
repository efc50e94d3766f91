import {
  type CommandSpec,
  collect,
  durationOption,
  type PullPolicy,
  pullOption,
} from '../command.ts';
import { seconds } from '../output/table.ts';

interface Options {
  readonly version?: string;
  readonly image?: string;
  readonly binary?: string;
  readonly set?: readonly string[];
  readonly reset?: boolean;
  readonly wait: boolean;
  readonly timeout: number;
  readonly pull: PullPolicy;
  readonly dryRun?: boolean;
}

export const replace: CommandSpec = {
  name: 'replace',
  summary: 'put another version under the data of nodes, one by one',
  examples: [
    'replace etcd-2 --version 3.4.23',
    'replace etcd-1 etcd-2 etcd-3 --version 3.5.16   # a rolling upgrade',
    'replace etcd-2 --binary ./bin/etcd',
    'replace etcd-2 --reset                          # what the stack says',
  ],
  configure: (command) =>
    command
      .argument('<nodes...>', 'one after the other; each is healthy before the next')
      .option('--version <version>', 'another version')
      .option('--image <ref>', 'another image')
      .option('--binary <path>', "a binary of your own over the image's")
      .option('--set <key=value>', 'another key, e.g. flags.snapshot-count=100', collect)
      .option('--reset', 'back to what the stack says')
      .option('--no-wait', 'go on as soon as the container runs')
      .addOption(durationOption('--timeout <duration>', 'how long to wait for each node', '2m'))
      .addOption(pullOption())
      .option('--dry-run', 'say what would be done'),
  run: async (context, names: readonly string[], options: Options) => {
    const { replace } = await import('../../lab/replace.ts');
    const { timeout: timeoutMs, ...rest } = options;
    const session = await context.session();
    const how = { ...rest, timeoutMs, signal: context.signal };
    const result = await context.withProgress((report) =>
      replace(session, names, { ...how, report }),
    );
    const { changed, unchanged, tookMs } = result;
    await context.print({
      json: result,
      names: () => changed.map(({ node }) => node),
      table: () => {
        const word = options.dryRun ? 'would replace' : 'replaced';
        const lines = changed.map(({ node, from, to }) => `${word} ${node}: ${from} -> ${to}`);
        if (unchanged.length) lines.push(`nothing to do for ${unchanged.join(', ')}`);
        const waited = options.wait && !options.dryRun && changed.length;
        if (waited) lines.push(`healthy after ${seconds(tookMs)}`);
        return lines.join('\n');
      },
    });
  },
};
