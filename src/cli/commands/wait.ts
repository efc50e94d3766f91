import { Option } from 'commander';
import type { Condition } from '../../lab/wait-for.ts';
import { type CommandSpec, durationOption } from '../command.ts';
import { seconds } from '../output/table.ts';

interface Options {
  readonly for: Condition;
  readonly timeout: number;
}

export const wait: CommandSpec = {
  name: 'wait',
  summary: 'wait until nodes are healthy, lead or are stopped',
  examples: ['wait --for healthy', 'wait etcd-2 etcd-3 --for leader --timeout 10s'],
  configure: (command) => {
    command
      .argument('[nodes...]', 'these; all when none is named')
      .addOption(
        new Option('--for <condition>', 'what to wait for')
          .choices(['healthy', 'leader', 'stopped'])
          .default('healthy'),
      )
      .addOption(durationOption('--timeout <duration>', 'how long', '30s'));
  },
  run: async (context, names: readonly string[], options: Options) => {
    const { waitFor } = await import('../../lab/wait-for.ts');
    const session = await context.session();
    const { for: condition, timeout } = options;
    const tookMs = await waitFor(session, names, condition, timeout, context.signal);
    await context.print({
      json: { version: 1, lab: session.name, condition, tookMs },
      table: () => `${condition} after ${seconds(tookMs)}`,
    });
  },
};
