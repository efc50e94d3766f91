import type { CommandSpec } from '../command.ts';
import { plural } from '../output/table.ts';

export const validate: CommandSpec = {
  name: 'validate',
  summary: 'check stack files; needs no Docker',
  examples: ['validate labctl.yaml', 'validate examples/*/stack.yaml'],
  configure: (command) => command.argument('<files...>', 'paths, or names as up takes them'),
  run: async (context, files: readonly string[]) => {
    const { loadModel } = await import('../../lab/load-model.ts');
    const found = files.map((file) => {
      const { stack, nodes, edges } = loadModel(file === '-' ? { file } : { stack: file });
      return { file, lab: stack.name, nodes: nodes.length, edges: edges.length };
    });
    await context.print({
      json: { version: 1, files: found },
      names: () => files,
      table: () =>
        found
          .map(
            ({ file, lab, nodes, edges }) =>
              `${file}: lab ${lab}, ${plural(nodes, 'node')}, ${plural(edges, 'edge')}`,
          )
          .join('\n'),
    });
  },
};
