import { formatBytes } from '../../stack/units.ts';
import { type CommandSpec, size } from '../command.ts';

export const fill: CommandSpec = {
  name: 'fill',
  summary: "fill a node's disk, where the stack gives it one",
  examples: ['fill etcd-2', 'fill etcd-2 --leave 1m', 'fill etcd-2 --reset'],
  configure: (command) =>
    command
      .argument('<node>', 'a node whose group has a disk: in the stack')
      .option('--leave <size>', 'how much stays free, e.g. 1m', size)
      .option('--reset', 'remove what was written'),
  run: async (context, node: string, options: { leave?: number; reset?: boolean }) => {
    const { fill } = await import('../../lab/disk.ts');
    const { leave: leaveBytes = 0, reset = false } = options;
    const result = await fill(await context.session(), node, { leaveBytes, reset });
    await context.print({
      json: result,
      table: () => {
        const { sizeBytes, freeBytes, filledBytes } = result;
        const free = `${formatBytes(freeBytes)} of ${formatBytes(sizeBytes)} are free`;
        return reset
          ? `emptied the disk of ${node}: ${free}`
          : `filled the disk of ${node} with ${formatBytes(filledBytes)}: ${free}`;
      },
    });
  },
};
