import { type CommandSpec, duration, wholeNumber } from '../command.ts';

interface Options {
  readonly follow?: boolean;
  readonly tail?: number;
  readonly since?: number;
  readonly timestamps?: boolean;
  readonly proxies?: boolean;
}

export const logs: CommandSpec = {
  name: 'logs',
  summary: 'show what nodes and proxies log',
  examples: ['logs etcd-1 -f', 'logs --since 5m', 'logs --proxies'],
  configure: (command) =>
    command
      .argument('[containers...]', 'nodes, prometheus, grafana; all nodes when none is named')
      .option('-f, --follow', 'go on as more comes')
      .option('-n, --tail <lines>', 'only the last lines of each', wholeNumber)
      .option('--since <duration>', 'only what is younger', duration)
      .option('-t, --timestamps', 'with the time of each line')
      .option('--proxies', 'of the proxies of these nodes: every change of their faults'),
  run: async (context, names: readonly string[], options: Options) => {
    const { labLogs } = await import('../../lab/logs.ts');
    const session = await context.session();
    const json = context.shared.output === 'json';
    const onLine = (source: string, line: string) =>
      process.stdout.write(
        json ? `${JSON.stringify({ source, line })}\n` : `${source.padEnd(8)} | ${line}\n`,
      );
    await labLogs(session, names, options, onLine, context.signal);
  },
};
