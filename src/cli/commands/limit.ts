import { InvalidArgumentError } from 'commander';
import type { LimitOptions, NodeLimits } from '../../lab/limit.ts';
import { formatBytes, formatDuration } from '../../stack/units.ts';
import { type CommandSpec, duration, size } from '../command.ts';
import { untilEnded } from '../foreground.ts';
import { table } from '../output/table.ts';

interface Options {
  readonly cpus?: number;
  readonly memory?: number;
  readonly pids?: number;
  readonly for?: number;
  readonly reset?: boolean;
}

function amount(text: string): number {
  if (!/^\d+(\.\d+)?$/.test(text)) throw new InvalidArgumentError('it must be a number');
  return Number(text);
}

const row = ({ name, cpus, memoryBytes, pids }: NodeLimits): string[] => [
  name,
  String(cpus ?? '-'),
  memoryBytes === null ? '-' : formatBytes(memoryBytes),
  String(pids ?? '-'),
];

const limitsTable = (nodes: readonly NodeLimits[]): string =>
  table(['NODE', 'CPUS', 'MEMORY', 'PIDS'], nodes.map(row));

export const limit: CommandSpec = {
  name: 'limit',
  summary: 'limit cpu, memory and processes of nodes, or show the limits',
  examples: [
    'limit                                  # what is in force',
    'limit etcd-2 --cpus 0.2 --memory 128m',
    'limit etcd-2 --cpus 0.05 --for 30s     # stays until it is over',
    'limit etcd-2 --reset                   # what the stack says',
  ],
  configure: (command) =>
    command
      .argument('[nodes...]', 'names of nodes; none: all')
      .option('--cpus <number>', 'processors, e.g. 0.2', amount)
      .option('--memory <size>', 'memory, e.g. 128m; more makes the kernel kill the node', size)
      .option('--pids <number>', 'processes and threads', amount)
      .option('--for <duration>', 'reset after this long; the command stays until then', duration)
      .option('--reset', 'back to what the stack says'),
  run: async (context, names: readonly string[], options: Options) => {
    const { limit } = await import('../../lab/limit.ts');
    const { LabError } = await import('../../errors.ts');
    const { cpus, memory: memoryBytes, pids, for: forMs, reset } = options;
    const given = Object.entries({ cpus, memoryBytes, pids, reset }).filter(([, value]) => value);
    const change: LimitOptions = Object.fromEntries(given);
    if (reset && given.length > 1) throw new LabError('usage', '--reset takes no other limit');
    if (forMs !== undefined && (reset || !given.length))
      throw new LabError('usage', '--for wants a limit: --cpus, --memory or --pids');
    const session = await context.session();
    const cancel = forMs === undefined ? context.signal : untilEnded(context);
    const held = forMs !== undefined && {
      forMs,
      cancel,
      onDone: (nodes: readonly NodeLimits[]) =>
        context.say(`${limitsTable(nodes)}\nfor ${formatDuration(forMs)}; Ctrl-C resets at once`),
    };
    const nodes = await limit(session, names, { ...change, ...held });
    cancel.throwIfAborted();
    await context.print({
      json: { version: 1, lab: session.name, nodes },
      names: () => nodes.map(({ name }) => name),
      table: () => limitsTable(nodes),
    });
  },
};
