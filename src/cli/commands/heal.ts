import { type CommandSpec, durationOption } from '../command.ts';
import { seconds } from '../output/table.ts';

interface Options {
  readonly wait?: boolean;
  readonly timeout: number;
  readonly dryRun?: boolean;
}

export const heal: CommandSpec = {
  name: 'heal',
  summary: 'remove every fault, of the lab or of some nodes',
  examples: ['heal', 'heal etcd-1', 'heal --wait --timeout 30s'],
  configure: (command) =>
    command
      .argument('[nodes...]', 'only edges from and to these')
      .option('--wait', 'until the lab is healthy again, and say how long that took')
      .addOption(durationOption('--timeout <duration>', 'limit for --wait', '60s'))
      .option('--dry-run', 'say which edges would be healed'),
  run: async (context, nodes: readonly string[], { wait, timeout, dryRun = false }: Options) => {
    const { heal } = await import('../../lab/faults/partition.ts');
    const session = await context.session();
    const change = await heal(session, nodes, dryRun);
    if (change.notice) context.say(`notice: ${change.notice}`);
    const waits = wait && !dryRun;
    const waitFor = waits ? (await import('../../lab/wait-for.ts')).waitFor : async () => 0;
    const healthyAfterMs = await waitFor(session, [], 'healthy', timeout, context.signal);
    await context.print({
      json: waits ? { ...change, healthyAfterMs } : change,
      names: () => change.edges,
      table: () => {
        const { edges, of, faults } = change;
        const then = waits ? `\nhealthy after ${seconds(healthyAfterMs)}` : '';
        if (!edges.length) return `no fault on ${of} edges: nothing to do${then}`;
        const verb = dryRun ? 'would heal' : 'healed';
        const healed = `${verb} ${edges.length} of ${of} edges: ${edges.join(' ')}`;
        return `${healed}  (${faults.join(', ')})${then}`;
      },
    });
  },
};
