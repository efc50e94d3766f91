import type { Woven } from '../../weave/weave.ts';
import { type CommandSpec, collect } from '../command.ts';
import { table } from '../output/table.ts';
import { addStartOptions, printStarted, type StartFlags } from './up.ts';

interface Options extends StartFlags {
  readonly edge?: readonly string[];
  readonly without?: readonly string[];
  readonly profile?: readonly string[];
  readonly envFile?: readonly string[];
}

export const weave: CommandSpec = {
  name: 'weave',
  summary: 'start a compose project with a proxy on each edge between its services',
  examples: [
    'weave docker-compose.yml --dry-run       # what would be woven, and what not',
    'weave docker-compose.yml',
    'weave --edge web:cache:6379 --without node-exporter',
  ],
  configure: (command) =>
    addStartOptions(
      command
        .argument('[files...]', 'compose files; none: as docker compose finds its own')
        .option('--edge <edge>', 'one more edge, e.g. web:db:3306; may be repeated', collect)
        .option('--without <service>', 'leave a service out; may be repeated', collect)
        .option('--profile <name>', 'a profile of the project; may be repeated', collect)
        .option('--env-file <path>', 'values for variables of the files; may be repeated', collect),
    ),
  run: async (context, files: readonly string[], options: Options) => {
    const { edge, without, profile, envFile, timeout: timeoutMs, dryRun, ...rest } = options;
    const choice = {
      ...rest,
      ...{ files, timeoutMs, without },
      ...{ lab: context.shared.lab, edges: edge, profiles: profile, envFiles: envFile },
    };
    const { planWeave, weaveUp } = await import('../../lab/weave.ts');
    if (dryRun) {
      const woven = await planWeave(choice);
      await context.print({
        json: { version: 1, lab: woven.stack.name, ...shape(woven) },
        names: () => woven.edges.map(({ name }) => name),
        table: () => [`lab ${woven.stack.name}: would weave this`, '', ...show(woven)].join('\n'),
      });
      return;
    }
    const { signal } = context;
    const { woven, result } = await context.withProgress((report) =>
      weaveUp({ ...choice, report, signal }),
    );
    const more = { json: { woven: shape(woven) }, lines: [...show(woven), ''] };
    await printStarted(context, result, options.wait, more);
  },
};

const shape = ({ nodes, edges, notWoven }: Woven) => ({ nodes, edges, notWoven });

/** Nodes, edges, and what the lab has otherwise than the project. */
function show({ nodes, edges, notWoven }: Woven): string[] {
  const services = nodes.map(({ name, service, image, ports }) => {
    return [name, service, image ?? '(built)', ports.join(',') || '-'];
  });
  const rows = edges.map(({ name, ports, why }) => [name, ports.join(','), why.join(', ')]);
  const others = notWoven.map(({ what, key, why }) => [what, key, why]);
  return [
    table(['NODE', 'SERVICE', 'IMAGE', 'PORTS'], services),
    '',
    table(['EDGE', 'PORTS', 'FROM'], rows),
    ...(others.length ? ['', table(['NOT WOVEN', 'KEY', 'WHY'], others)] : []),
    '',
    'no service reaches what no edge leads to: the internet, and services above that have no edge',
  ];
}
