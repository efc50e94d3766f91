import type { CommandSpec } from '../command.ts';
import { table } from '../output/table.ts';

export const failpoint: CommandSpec = {
  name: 'failpoint',
  summary: 'set, take back and list failpoints of a TiKV or PD that was built with them',
  examples: [
    'failpoint tikv-1',
    "failpoint tikv-1 raft_before_save 'sleep(1000)'",
    'failpoint tikv-1 raft_before_save off',
  ],
  configure: (command) =>
    command
      .argument('<node>', 'a node whose build has failpoints')
      .argument('[name]', "the failpoint's name; none: list those that are set")
      .argument('[action]', 'return(1), sleep(1000), pause, 1*return->off ...; off takes it back'),
  run: async (context, node: string, name: string | undefined, action: string | undefined) => {
    const { failpoint } = await import('../../lab/failpoint.ts');
    const result = await failpoint(await context.session(), node, name, action);
    const rows = Object.entries(result.failpoints);
    await context.print({
      json: result,
      names: () => rows.map(([point]) => point),
      table: () =>
        rows.length ? table(['FAILPOINT', 'ACTION'], rows) : `no failpoint is set in ${node}`,
    });
  },
};
