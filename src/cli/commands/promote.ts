import type { PromoteResult } from '../../lab/promote.ts';
import { type CommandSpec, durationOption } from '../command.ts';
import { plural, seconds } from '../output/table.ts';

export const promote: CommandSpec = {
  name: 'promote',
  summary: 'make a replica the primary, and say what was lost',
  examples: ['promote mysql-2', 'promote mysql-2 -o json'],
  configure: (command) =>
    command
      .argument('<node>', 'a replica; the old primary may be dead')
      .addOption(durationOption('--timeout <duration>', 'limit of each wait on the way', '10s'))
      .option('--lossy', 'without the writes that only other replicas have'),
  run: async (context, node: string, { timeout: timeoutMs, ...options }: Options) => {
    const { promote } = await import('../../lab/promote.ts');
    const session = await context.session();
    const result = await context.withProgress((report) =>
      promote(session, node, { ...options, timeoutMs, report }),
    );
    await context.print({
      json: result,
      names: () => [node],
      table: () => lines(result).join('\n'),
    });
  },
};

interface Options {
  readonly timeout: number;
  readonly lossy?: boolean;
}

function lines({ node, from, orderly, following, left, lost, tookMs }: PromoteResult): string[] {
  const how = from ? ` in place of ${from}${orderly ? ', which stopped writing first' : ''}` : '';
  return [
    `promoted ${node}${how}  (${seconds(tookMs)})`,
    ...(following.length ? [`follow it: ${following.join(', ')}`] : []),
    ...left.map(({ node: name, why }) => `does not follow it: ${name} (${why})`),
    lost === null ? 'lost: not known' : lossLine(lost, from, node),
  ];
}

type Lost = NonNullable<PromoteResult['lost']>;

function lossLine({ writes, ids }: Lost, from: string | null, node: string) {
  if (!writes) return 'lost: nothing';
  return `lost: ${plural(writes, 'write')} of ${from} that ${node} has not${ids && `: ${ids}`}`;
}
