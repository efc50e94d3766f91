import { type CommandSpec, collect } from '../command.ts';

interface Options {
  readonly file?: string;
  readonly set?: readonly string[];
  readonly out?: string;
  readonly subnets: string;
}

export const render: CommandSpec = {
  name: 'render',
  summary: 'write the compose file that up would use',
  examples: ['render etcd-3node', 'render etcd-3node --out DIR'],
  configure: (command) =>
    command
      .argument('[stack]', 'a built-in name, or a path; none: ./labctl.yaml, searched upwards')
      .option('-f, --file <path>', 'a stack file, or - for stdin')
      .option(
        '--set <key=value>',
        'change the stack, e.g. nodes=5, as --ROLE.KEY too; repeatable',
        collect,
      )
      .option('--out <folder>', 'a folder with all that docker compose up -d needs')
      .option('--subnets <cidr>', "where the lab's networks are cut from", '10.213.0.0/16'),
  run: async (context, stack: string | undefined, { out, ...options }: Options) => {
    const { renderFolder, renderText } = await import('../../lab/render.ts');
    const { lab } = context.shared;
    const choice = { ...options, ...(stack && { stack }), ...(lab && { lab }) };
    if (out === undefined) {
      process.stdout.write(await renderText(choice));
      return;
    }
    const files = await renderFolder(choice, out);
    await context.print({
      json: { version: 1, out, files },
      names: () => files,
      table: () =>
        `wrote ${files.length} files to ${out}; run it: cd ${out} && docker compose up -d`,
    });
  },
};
