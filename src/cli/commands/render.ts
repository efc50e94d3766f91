import { addStackOptions, type CommandSpec, type StackFlags, subnetsOption } from '../command.ts';

interface Options extends StackFlags {
  readonly out?: string;
  readonly subnets: string;
}

export const render: CommandSpec = {
  name: 'render',
  summary: 'write the compose file that up would use',
  examples: ['render etcd-3node', 'render etcd-3node --out DIR'],
  configure: (command) =>
    addStackOptions(command)
      .option('--out <folder>', 'a folder with all that docker compose up -d needs')
      .addOption(subnetsOption()),
  run: async (context, stack: string | undefined, { out, ...options }: Options) => {
    const { renderFolder, renderText } = await import('../../lab/render.ts');
    const choice = { ...options, stack, lab: context.shared.lab };
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
