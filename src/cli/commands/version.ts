import type { CommandSpec } from '../command.ts';

export const version: CommandSpec = {
  name: 'version',
  summary: 'print the versions of what runs here',
  examples: ['version', 'version -o json'],
  run: async (context) => {
    const { versions } = await import('../../lab/versions.ts');
    const found = await versions();
    await context.print({
      json: { version: 1, ...found },
      table: () =>
        Object.entries(found)
          .map(([name, value]) => `${name.padEnd(8)} ${value ?? 'does not answer'}`)
          .join('\n'),
    });
  },
};
