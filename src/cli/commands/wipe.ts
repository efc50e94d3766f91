import { type CommandSpec, durationOption } from '../command.ts';

interface Options {
  readonly wait?: boolean;
  readonly timeout: number;
  readonly dryRun?: boolean;
}

export const wipe: CommandSpec = {
  name: 'wipe',
  summary: 'stop nodes, empty their data, start them',
  examples: ['wipe etcd-2', 'wipe etcd-2 --dry-run'],
  configure: (command) =>
    command
      .argument('<nodes...>', 'they keep name, edges and address, and lose their data')
      .option('--wait', 'until they are back in the cluster')
      .addOption(
        durationOption('--timeout <duration>', 'limit for an orderly stop and for --wait', '30s'),
      )
      .option('--dry-run', 'say what would be emptied'),
  run: async (context, names: readonly string[], { timeout: timeoutMs, ...rest }: Options) => {
    const { wipe } = await import('../../lab/disk.ts');
    const session = await context.session();
    const { signal } = context;
    const volumes = await wipe(session, names, { ...rest, timeoutMs, signal });
    await context.print({
      json: { version: 1, lab: session.name, nodes: names, volumes },
      names: () => names,
      table: () => {
        const verb = rest.dryRun ? 'would wipe' : 'wiped';
        return `${verb} ${names.join(', ')}: volume ${volumes.join(', ')}`;
      },
    });
  },
};
