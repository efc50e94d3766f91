import type { CommandSpec } from '../command.ts';

export const heal: CommandSpec = {
  name: 'heal',
  summary: 'remove every fault, of the lab or of some nodes',
  examples: ['heal', 'heal etcd-1'],
  configure: (command) =>
    command
      .argument('[nodes...]', 'only edges from and to these')
      .option('--dry-run', 'say which edges would be healed'),
  run: async (context, nodes: readonly string[], { dryRun = false }: { dryRun?: boolean }) => {
    const { heal } = await import('../../lab/partition.ts');
    const change = await heal(await context.session(), nodes, dryRun);
    await context.print({
      json: change,
      names: () => change.edges,
      table: () => {
        const { edges, of, faults } = change;
        if (!edges.length) return `no fault on ${of} edges: nothing to do`;
        const verb = dryRun ? 'would heal' : 'healed';
        return `${verb} ${edges.length} of ${of} edges: ${edges.join(' ')}  (${faults.join(', ')})`;
      },
    });
  },
};
