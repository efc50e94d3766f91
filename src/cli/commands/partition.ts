import { Option } from 'commander';
import { cuttingKinds } from '../../faults/index.ts';
import type { PartitionOptions } from '../../lab/partition.ts';
import { shapes } from '../../shapes/index.ts';
import { type CommandSpec, duration } from '../command.ts';
import { mendIfInterrupted } from '../mend.ts';
import { formatChange } from '../output/fault-change.ts';

const shapesHelp = (): string =>
  ['', 'Shapes (x: cut, --: open):']
    .concat(Object.values(shapes).map(({ picture, summary }) => `  ${picture}\n    ${summary}`))
    .join('\n');

interface Options {
  readonly isolate?: string;
  readonly mode: string;
  readonly edges: 'peer' | 'host' | 'all';
  readonly for?: number;
  readonly dryRun?: boolean;
}

export const partition: CommandSpec = {
  name: 'partition',
  summary: 'cut the edges between sides of the lab',
  examples: [
    'partition etcd-1                     # alone; the others stay together',
    'partition etcd-1 etcd-2,etcd-3',
    'partition --isolate leader --mode jam --for 30s',
  ],
  configure: (command) =>
    command
      .argument(
        '[sides...]',
        'each a list of nodes, as a,b (host is your machine); nodes in none are one more side',
      )
      .option('--isolate <node>', 'a node, or leader: whoever leads right now')
      .addOption(
        new Option('--mode <mode>', 'how edges are cut').choices(cuttingKinds).default('drop'),
      )
      .addOption(
        new Option('--edges <scope>', 'between nodes, from your machine, or all')
          .choices(['peer', 'host', 'all'])
          .default('peer'),
      )
      .option('--for <duration>', 'heal by itself after this long', duration)
      .option('--dry-run', 'say which edges would be cut')
      .addHelpText('after', shapesHelp()),
  run: async (context, words: readonly string[], { for: forMs, ...rest }: Options) => {
    const { partition } = await import('../../lab/partition.ts');
    const sides = words
      .flatMap((word) => word.split('|'))
      .map((side) => side.split(/[,\s]+/).filter(Boolean))
      .filter((side) => side.length);
    const options: PartitionOptions = { sides, ...rest, ...(forMs === undefined ? {} : { forMs }) };
    const change = await partition(await context.session(), options);
    await mendIfInterrupted(context, change);
    await context.print({
      json: change,
      names: () => change.edges,
      table: () => {
        const { edges, of, mode } = change;
        const scope = rest.edges === 'all' ? '' : `${rest.edges} `;
        const count = `${rest.dryRun ? 'would cut' : 'cut'} ${edges.length} of ${of} ${scope}edges`;
        return formatChange(context, change, `${count}: ${edges.join(' ')}  (${mode})`, 'heal');
      },
    });
  },
};
