import { LabError } from '../../errors.ts';
import type { LabStatus } from '../../lab/status.ts';
import type { CommandSpec } from '../command.ts';
import type { Result } from '../context.ts';
import { edgesTable, monitorLines, statusTable } from '../output/status.ts';

interface Options {
  readonly edges?: boolean;
  readonly check?: boolean;
  readonly watch?: boolean;
}

export const status: CommandSpec = {
  name: 'status',
  alias: 'ps',
  summary: 'show nodes and health, edges and their faults',
  examples: ['status', 'status --edges', 'status -w', 'status --check -o json'],
  configure: (command) =>
    command
      .argument('[nodes...]', 'only these')
      .option('--edges', 'show the edges too')
      .option('-w, --watch', 'show it again at every change, until Ctrl-C')
      .option('--check', 'exit with 1 when the lab is not healthy'),
  run: async (context, names: readonly string[], { edges, check, watch }: Options) => {
    const { labStatus } = await import('../../lab/status.ts');
    const { findNode } = await import('../../lab/session.ts');
    const session = await context.session();
    for (const name of names) findNode(session, name);
    const shown = (name: string) => !names.length || names.includes(name);
    const narrow = (whole: LabStatus): LabStatus => ({
      ...whole,
      nodes: whole.nodes.filter(({ name }) => shown(name)),
      edges: whole.edges.filter(({ from, to }) => shown(from) || shown(to)),
    });
    const result = (status: LabStatus): Result => ({
      json: status,
      names: () => status.nodes.map(({ name }) => name),
      table: (paint, wide) => {
        const verdict = status.healthy ? 'healthy' : paint.yellow(`not healthy: ${status.reason}`);
        return [
          `lab ${status.lab}: ${verdict}`,
          '',
          statusTable(status, paint, wide),
          ...monitorLines(status, paint),
          ...(edges ? ['', edgesTable(status, paint)] : []),
        ].join('\n');
      },
    });
    if (watch) {
      const { watchStatus } = await import('../../lab/watch.ts');
      const { signal } = context;
      const show = (status: LabStatus) => context.rewrite(result(narrow(status)));
      return watchStatus(session, show, { signal, counters: process.stdout.isTTY });
    }
    const status = narrow(await labStatus(session));
    await context.print(result(status));
    if (check && !status.healthy)
      throw new LabError('not-healthy', `lab ${status.lab} is not healthy: ${status.reason}`);
    return undefined;
  },
};
