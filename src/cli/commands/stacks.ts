import type { CommandSpec } from '../command.ts';
import { table } from '../output/table.ts';

export const stacks: CommandSpec = {
  name: 'stacks',
  summary: 'list the built-in stacks',
  examples: ['stacks'],
  run: async (context) => {
    const [{ listStacks }, { builtinStacksDir }] = await Promise.all([
      import('../../stack/find.ts'),
      import('../../package/files.ts'),
    ]);
    const found = listStacks(builtinStacksDir);
    await context.print({
      json: { version: 1, stacks: found },
      names: () => found.map(({ name }) => name),
      table: () =>
        table(
          ['STACK', 'WHAT'],
          found.map(({ name, summary }) => [name, summary]),
        ),
    });
  },
};
