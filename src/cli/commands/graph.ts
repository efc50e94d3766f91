import { Option } from 'commander';
import type { GraphFormat } from '../../lab/graph.ts';
import type { CommandSpec } from '../command.ts';

interface Options {
  readonly file?: string;
  readonly format: GraphFormat;
  readonly out?: string;
}

export const graph: CommandSpec = {
  name: 'graph',
  summary: 'draw the lab, or a stack, with the faults on its edges',
  examples: ['graph > lab.mmd', 'graph --format svg --out lab.svg', 'graph etcd-3node'],
  configure: (command) =>
    command
      .argument('[stack]', 'a built-in name, or a path; none: the lab as it is now')
      .option('-f, --file <path>', 'a stack file, or - for stdin')
      .addOption(
        new Option('--format <format>', 'Mermaid text, or a picture')
          .choices(['mermaid', 'svg'])
          .default('mermaid'),
      )
      .option('--out <file>', 'write it there'),
  run: async (context, stack: string | undefined, { file, format, out }: Options) => {
    const { graphFormats, labPicture, stackPicture } = await import('../../lab/graph.ts');
    const ofStack = stack !== undefined || file !== undefined;
    const picture = ofStack
      ? stackPicture({ stack, file, lab: context.shared.lab })
      : await labPicture(await context.session());
    const text = `${graphFormats[format](picture)}\n`;
    if (out === undefined) {
      process.stdout.write(text);
      return;
    }
    (await import('node:fs')).writeFileSync(out, text);
    await context.print({
      json: { version: 1, out, format },
      names: () => [out],
      table: () => `drew ${picture.title} in ${out}`,
    });
  },
};
