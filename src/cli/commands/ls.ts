import type { CommandSpec } from '../command.ts';
import { table } from '../output/table.ts';

export const ls: CommandSpec = {
  name: 'ls',
  alias: 'list',
  summary: 'list the labs of this Docker engine',
  examples: ['ls', 'ls --all -o json'],
  configure: (command) => command.option('-a, --all', 'also labs of which only the data is there'),
  run: async (context, { all = false }: { all?: boolean }) => {
    const { listLabs } = await import('../../lab/list.ts');
    const labs = await listLabs(all);
    await context.print({
      json: { version: 1, labs },
      names: () => labs.map(({ name }) => name),
      table: () =>
        labs.length
          ? table(
              ['LAB', 'STACK', 'NODES', 'HEALTHY'],
              labs.map((lab) => [
                lab.name,
                lab.stack ?? '-',
                String(lab.nodes),
                lab.dataOnly ? 'data only' : lab.healthy ? 'yes' : 'no',
              ]),
            )
          : `no lab is there; start one: ${context.self} up etcd-3node`,
    });
  },
};
