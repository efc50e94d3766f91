import type { CommandSpec } from '../command.ts';

export const port: CommandSpec = {
  name: 'port',
  summary: 'print where a node is reached from your machine',
  examples: ['port etcd-1', 'port etcd-1 2379', 'port prometheus'],
  configure: (command) =>
    command
      .argument('<container>', 'a node, or prometheus, or grafana')
      .argument('[port]', 'its name or number inside; the first when there is none'),
  run: async (context, node: string, which: string | undefined) => {
    const { findEndpoint } = await import('../../lab/endpoint.ts');
    const endpoint = findEndpoint(await context.session(), node, which);
    await context.print({
      json: { version: 1, node, ...endpoint },
      names: () => [endpoint.address],
      table: () => endpoint.address,
    });
  },
};
