import type { CommandSpec } from '../command.ts';

interface Options {
  readonly file: string;
  readonly force?: boolean;
}

export const init: CommandSpec = {
  name: 'init',
  summary: 'write a stack file of your own, with comments, to begin from',
  examples: ['init', 'init etcd-5node --file big.yaml'],
  configure: (command) =>
    command
      .argument('[stack]', 'the stack to begin from: a built-in name, or a path', 'etcd-3node')
      .option('-f, --file <path>', 'the file to write', 'labctl.yaml')
      .option('--force', 'write over a file that is there'),
  run: async (context, stack: string, { file, force = false }: Options) => {
    const { init } = await import('../../lab/init.ts');
    init({ stack, file, force });
    await context.print({
      json: { version: 1, file },
      names: () => [file],
      table: () =>
        `wrote ${file}; start it: ${context.self} up${file === 'labctl.yaml' ? '' : ` ${file}`}`,
    });
  },
};
