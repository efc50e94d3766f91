import { type CommandSpec, duration } from '../command.ts';
import { mendIfInterrupted } from '../mend.ts';
import { table } from '../output/table.ts';

interface AddOptions {
  readonly from: string;
  readonly to: string;
  readonly both?: boolean;
  readonly for?: number;
  readonly dryRun?: boolean;
}

const add: CommandSpec = {
  name: 'add',
  summary: 'set a fault on an edge',
  examples: [
    'fault add latency --from etcd-1 --to etcd-2 delay=100ms jitter=20ms',
    'fault add jam --from etcd-1 --to etcd-2 --both --for 30s',
  ],
  configure: (command) =>
    command
      .argument('<kind>', 'labctl fault kinds lists them')
      .argument('[params...]', 'KEY=VALUE')
      .requiredOption('--from <node>', 'who dials; host for your own machine')
      .requiredOption('--to <node>', 'who is dialled')
      .option('--both', 'the edge the other way too')
      .option('--for <duration>', 'remove it by itself after this long', duration)
      .option('--dry-run', 'say what would be set'),
  run: async (context, kind: string, params: readonly string[], options: AddOptions) => {
    const { faultAdd } = await import('../../lab/faults.ts');
    const { for: forMs, ...rest } = options;
    const limit = forMs === undefined ? {} : { forMs };
    const session = await context.session();
    const change = await faultAdd(session, { kind, params, ...rest, ...limit });
    await mendIfInterrupted(context, change);
    if (change.mode !== kind)
      context.say(`notice: packets cannot be filtered: ${change.mode} is set`);
    await context.print({
      json: change,
      names: () => change.faults,
      table: () =>
        options.dryRun
          ? `would set ${kind} on ${change.edges.join(' ')}`
          : [
              `set ${change.mode} ${change.faults[0]} on ${change.edges.join(' ')}`,
              `undo: ${context.self} fault rm ${change.faults[0]}${context.which}`,
            ].join('\n'),
    });
  },
};

const list: CommandSpec = {
  name: 'ls',
  summary: 'list the faults of the lab',
  examples: ['fault ls', 'fault ls -o json'],
  run: async (context) => {
    const { faultList } = await import('../../lab/faults.ts');
    const faults = await faultList(await context.session());
    await context.print({
      json: { version: 1, faults },
      names: () => [...new Set(faults.map(({ id }) => id))],
      table: () =>
        faults.length
          ? table(
              ['ID', 'KIND', 'EDGE', 'PARAMS', 'UNTIL'],
              faults.map(({ id, kind, edge, params, until }) => [
                id,
                kind,
                edge,
                Object.entries(params)
                  .map(([key, value]) => `${key}=${value}ms`)
                  .join(' ') || '-',
                until ?? '-',
              ]),
            )
          : 'no fault is set',
    });
  },
};

const remove: CommandSpec = {
  name: 'rm',
  summary: 'remove faults by their ids',
  examples: ['fault rm f1'],
  configure: (command) =>
    command
      .argument('<ids...>', 'labctl fault ls shows them')
      .option('--dry-run', 'say what would be removed'),
  run: async (context, ids: readonly string[], { dryRun = false }: { dryRun?: boolean }) => {
    const { faultRemove } = await import('../../lab/faults.ts');
    const change = await faultRemove(await context.session(), ids, dryRun);
    const verb = dryRun ? 'would remove' : 'removed';
    await context.print({
      json: change,
      names: () => change.faults,
      table: () =>
        change.faults.length
          ? `${verb} ${change.faults.join(', ')} from ${change.edges.join(' ')}`
          : `no fault ${ids.join(', ')}: nothing to do`,
    });
  },
};

const kinds: CommandSpec = {
  name: 'kinds',
  summary: 'list the kinds of faults and their parameters',
  examples: ['fault kinds', 'fault kinds latency'],
  configure: (command) => command.argument('[kind]', 'only this one'),
  run: async (context, only: string | undefined) => {
    const { describeKinds } = await import('../../lab/faults.ts');
    const found = describeKinds(only);
    await context.print({
      json: { version: 1, kinds: found },
      names: () => found.map(({ kind }) => kind),
      table: () =>
        table(
          ['KIND', 'TIER', 'PARAMS', 'WHAT'],
          found.map(({ kind, tier, params, summary }) => [
            kind,
            tier,
            params.map(({ name, default: value }) => `${name}=${value ?? '?'}`).join(' ') || '-',
            summary,
          ]),
        ),
    });
  },
};

export const fault: CommandSpec = {
  name: 'fault',
  summary: 'set, list and remove faults on edges',
  examples: ['fault add latency --from etcd-1 --to etcd-2 delay=100ms', 'fault ls', 'fault rm f1'],
  subcommands: [add, list, remove, kinds],
};
