import { Option } from 'commander';
import { LabError } from '../../errors.ts';
import { modes } from '../../faults/modes.ts';
import type { PartitionOptions } from '../../lab/faults/partition.ts';
import { shapes } from '../../shapes/index.ts';
import { ONE_WAYS, type Shape, type ShapeFlag } from '../../shapes/shape.ts';
import { type CommandSpec, duration, wholeNumber } from '../command.ts';
import { mendIfInterrupted } from '../mend.ts';
import { formatChange } from '../output/fault-change.ts';
import { reachTable } from '../output/reach.ts';
import { addHoldOptions, type HoldFlags, isHeld, runHeld } from '../partition-hold.ts';

const all = Object.entries(shapes as Readonly<Record<string, Shape>>);

/** `--bridge [nodes]`, `--leader-in <minority|majority|any>`, `--ring`. */
function flagText(name: string, { takes, preset }: ShapeFlag = { takes: 'switch' }): string {
  if (takes === 'switch') return `--${name}`;
  const names: Readonly<Record<string, string>> = { number: 'p', pick: 'node' };
  const value = typeof takes === 'string' ? (names[takes] ?? 'nodes') : takes.join('|');
  return `--${name} ${preset === undefined ? `<${value}>` : `[${value}]`}`;
}

/** A shape's own flag, then its further ones; of `split`, which is the sides, none. */
const flagsOf = ([name, { flag, flags = {} }]: [string, Shape]): string[] => [
  ...(name === 'split' ? [] : [flagText(name, flag)]),
  ...Object.entries(flags).map(([further, spec]) => flagText(further, spec)),
];

const FLAG_COLUMNS = 30;

const shapesHelp = (): string =>
  [
    '',
    'Shapes, one for a partition (x: cut, -/->: cut one way, --: open):',
    ...all.flatMap((entry) => {
      const [, { picture, summary }] = entry;
      const [own = '[sides...]'] = flagsOf(entry);
      return [`  ${own.padEnd(FLAG_COLUMNS)} ${picture}`, `      ${summary}`];
    }),
    '',
    'Words for nodes: etcd-1, etcd-*, a group, a role, @zone, leader, follower, host. A shape',
    'that wants one node draws it where a word stands for several; it also knows random,',
    'quorum and all. What was drawn is reported; the same --seed draws the same.',
    '',
    'Modes:',
    ...Object.entries(modes).map(([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`),
    '',
    'One way, from what is named first to the others (or as the shape says):',
    '  edge       nothing crosses the edges that the first dial; the edges back stay open',
    '  dial       the first cannot open connections; those that are open live',
    '  data       no byte of the first arrives, whoever dialled; the way back is open',
    '  packet     their packets are dropped: with TCP both ways stall',
  ].join('\n');

interface Options extends Omit<PartitionOptions, 'sides' | 'forMs'>, HoldFlags {
  readonly for?: number;
}

export const partition: CommandSpec = {
  name: 'partition',
  summary: 'cut the edges between sides of the lab, or in a shape',
  examples: [
    'partition etcd-1                     # alone; the others stay together',
    'partition etcd-1 etcd-2,etcd-3',
    'partition --isolate leader --mode jam --for 30s',
    'partition --ring --dry-run           # who would still reach whom',
    'partition --random 0.3 --keep-majority --seed 7',
    'partition --isolate leader --until leader-changed',
    'partition etcd-1 --flap on=2s,off=3s,jitter=20% --for 1m',
  ],
  configure: (command) => {
    command
      .argument('[sides...]', 'each a list of nodes, as a,b; nodes in none are one more side')
      .addOption(
        new Option('--mode <mode>', 'how edges are cut (drop)').choices(Object.keys(modes)),
      )
      .addOption(new Option('--one-way <what>', 'cut in one order only').choices(ONE_WAYS))
      .addOption(
        new Option('--edges <scope>', 'between nodes (peer), from your machine, or all').choices([
          'peer',
          'host',
          'all',
        ]),
      )
      .option('--among <nodes>', 'what shapes are made of, where not all the nodes')
      .option('--seed <number>', 'draw the same again', wholeNumber)
      .option('--for <duration>', 'heal by itself after this long', duration)
      .option('--dry-run', 'say what would be cut and who would still reach whom')
      .addHelpText('after', shapesHelp());
    for (const [name, shape] of all) {
      for (const flag of flagsOf([name, shape])) {
        const what = flag.startsWith(`--${name}`) ? shape.summary : `with --${name}`;
        const option = new Option(flag, what).hideHelp(); // the shapes below show it
        option.negate = false; // --no-quorum is not commander's opposite of --quorum
        command.addOption(option);
      }
    }
    addHoldOptions(command);
  },
  run: async (context, words: readonly string[], { for: forMs, ...rest }: Options) => {
    const { partition } = await import('../../lab/faults/partition.ts');
    const sides = words
      .flatMap((word) => word.split('|'))
      .map((side) => side.split(/[,\s]+/).filter(Boolean))
      .filter((side) => side.length);
    const options: PartitionOptions = { sides, ...rest, forMs };
    if (isHeld(rest) && rest.dryRun)
      throw new LabError('usage', 'a held partition has no dry run; the partition alone has one', {
        hint: 'leave out --flap, --rolling, --chase and --until',
      });
    if (isHeld(rest)) return runHeld(context, options, rest);
    const change = await partition(await context.session(), options);
    await mendIfInterrupted(context, change);
    await context.print({
      json: change,
      names: () => change.edges,
      table: () => {
        const { edges, of, mode, oneWay, drawn, reach = {}, sees = {} } = change;
        const known = rest.edges ?? (reach.host ? 'all' : 'peer');
        const scope = known === 'all' ? '' : `${known} `;
        const count = `${rest.dryRun ? 'would cut' : 'cut'} ${edges.length} of ${of} ${scope}edges`;
        const how = oneWay && oneWay !== 'edge' ? `${mode}, one way by ${oneWay}` : mode;
        const from = drawn ? `  seed ${change.seed}` : '';
        const cut = `${count}: ${edges.join(' ')}  (${how})${from}`;
        const said = formatChange(context, change, cut, 'heal');
        return rest.dryRun ? `${said}\n\n${reachTable({ reach, sees })}` : said;
      },
    });
  },
};
