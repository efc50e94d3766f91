import { type CommandSpec, duration } from '../command.ts';

export const trace: CommandSpec = {
  name: 'trace',
  summary: 'follow edges: connections, bytes and fault hits, one JSON object a line',
  examples: ['trace etcd-1:etcd-2', 'trace host:leader --for 10s', "trace 'etcd-*:etcd-1'"],
  configure: (command) =>
    command
      .argument('<edges...>', 'as from:to, from::to for both ways; names, globs, roles, zones')
      .option('--for <duration>', 'end after this long; default: until Ctrl-C', duration),
  run: async (context, edges: readonly string[], { for: forMs }: { for?: number }) => {
    const { trace } = await import('../../lab/faults/trace.ts');
    const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
    await trace(await context.session(), edges, say, { signal: context.signal, forMs });
  },
};
