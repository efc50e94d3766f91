import type { CommandSpec } from '../command.ts';

export const exec: CommandSpec = {
  name: 'exec',
  summary: 'run a command inside a node',
  examples: ['exec etcd-1 -- etcdctl member list', 'exec etcd-1 -- sh'],
  configure: (command) =>
    command.argument('<node>', 'where to run it').argument('<command...>', 'what to run, after --'),
  run: async (context, node: string, command: readonly string[]) => {
    const { execInNode } = await import('../../lab/exec.ts');
    return execInNode(await context.session(), node, command);
  },
};
