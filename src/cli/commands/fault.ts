import { InvalidArgumentError, Option } from 'commander';
import type { KindDescription } from '../../lab/faults/faults.ts';
import { parseSize } from '../../stack/quantities.ts';
import { parseDuration } from '../../stack/units.ts';
import { type CommandSpec, duration, share, wholeNumber } from '../command.ts';
import { mendIfInterrupted } from '../mend.ts';
import { formatChange } from '../output/fault-change.ts';
import { formatHits, formatScope, formatTimes } from '../output/faults.ts';
import { table } from '../output/table.ts';

interface AddOptions {
  readonly from?: string;
  readonly to?: string;
  readonly both?: boolean;
  readonly direction: 'up' | 'down' | 'both';
  readonly conns: 'new' | 'existing' | 'all';
  readonly share?: number;
  readonly after?: After;
  readonly for?: number;
  readonly seed?: number;
  readonly dryRun?: boolean;
}

type After = { readonly afterMs: number } | { readonly afterBytes: number };

function after(text: string): After {
  const time = parseDuration(text);
  if ('ms' in time) return { afterMs: time.ms };
  const size = parseSize(text);
  if ('value' in size) return { afterBytes: size.value };
  throw new InvalidArgumentError(`${text} is no duration (5s) and no size (1MB)`);
}

const add: CommandSpec = {
  name: 'add',
  summary: 'set a fault on edges',
  examples: [
    'fault add latency etcd-1:etcd-2 delay=100ms jitter=20ms',
    'fault add jam leader::follower --for 30s      # both ways',
    'fault add reset host:etcd-1:2379 bytes=64KB --share 10% --seed 7',
  ],
  configure: (command) =>
    command
      .argument('<kind>', 'labctl fault kinds lists them')
      .argument(
        '[words...]',
        'edges and KEY=VALUE: an edge is from:to, from::to for both ways, or from:to:port; ' +
          'from and to are nodes, globs (etcd-*), roles (leader), zones (@eu), or host',
      )
      .option('--from <nodes>', 'who dials, with --to')
      .option('--to <nodes>', 'who is dialled')
      .option('--both', 'the edge the other way too')
      .addOption(
        new Option('--direction <way>', 'only bytes from the dialler (up) or to it (down)')
          .choices(['up', 'down', 'both'])
          .default('both'),
      )
      .addOption(
        new Option('--conns <which>', 'only connections made later, or those that are there')
          .choices(['new', 'existing', 'all'])
          .default('all'),
      )
      .option('--share <share>', 'only so many connections, 10% or 0.1, drawn once for each', share)
      .option(
        '--after <amount>',
        'begin later: after a time (5s), or after so many bytes (1MB)',
        after,
      )
      .option('--for <duration>', 'remove it by itself after this long', duration)
      .option('--seed <number>', 'draw every choice from it, to have the same again', wholeNumber)
      .option('--dry-run', 'say what would be set'),
  run: async (context, kind: string, words: readonly string[], options: AddOptions) => {
    const { faultAdd } = await import('../../lab/faults/faults.ts');
    const { from, to, both, direction, conns, share, after, seed, for: forMs } = options;
    const { dryRun = false } = options;
    const params = words.filter((word) => word.includes('='));
    const edges = words.filter((word) => !word.includes('='));
    if (from || to) edges.push(`${from ?? ''}${both ? '::' : ':'}${to ?? ''}`);
    const change = await faultAdd(await context.session(), {
      kind,
      params,
      edges,
      dryRun,
      scope: {
        ...(direction !== 'both' && { direction }),
        ...(conns !== 'all' && { conns }),
        ...(share !== undefined && { share }),
        ...(after && 'afterBytes' in after && after),
      },
      ...(after && 'afterMs' in after && after),
      seed,
      forMs,
    });
    await mendIfInterrupted(context, change);
    await context.print({
      json: change,
      names: () => change.faults,
      table: () => {
        const set = `${dryRun ? 'would set' : 'set'} ${kind} on ${change.edges.join(' ')}`;
        return formatChange(context, change, set, `fault rm ${change.faults[0]}`);
      },
    });
  },
};

const list: CommandSpec = {
  name: 'ls',
  summary: 'list the faults of the lab, and what they did so far',
  examples: ['fault ls', 'fault ls -o json'],
  run: async (context) => {
    const { faultClock, faultList } = await import('../../lab/faults/faults.ts');
    const { formatParams } = await import('../../lab/faults/fault-params.ts');
    const session = await context.session();
    const faults = await faultList(session);
    const now = await faultClock(session);
    const row = ({ id, kind, edge, params, scope, startsAt, until, hits }: (typeof faults)[0]) => {
      const what = formatParams(kind, params) || '-';
      return [
        id,
        kind,
        edge,
        what,
        formatScope(scope),
        formatTimes(startsAt, until, now()),
        formatHits(hits),
      ];
    };
    await context.print({
      json: { version: 1, faults },
      names: () => [...new Set(faults.map(({ id }) => id))],
      table: () =>
        faults.length
          ? table(['ID', 'KIND', 'EDGE', 'PARAMS', 'SCOPE', 'TIME', 'HIT'], faults.map(row))
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
    const { faultRemove } = await import('../../lab/faults/faults.ts');
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
  summary: 'list the kinds of faults, or explain one with its parameters',
  examples: ['fault kinds', 'fault kinds latency'],
  configure: (command) => command.argument('[kind]', 'only this one'),
  run: async (context, only: string | undefined) => {
    const { describeKinds } = await import('../../lab/faults/faults.ts');
    const found = describeKinds(only);
    await context.print({
      json: { version: 1, kinds: found },
      names: () => found.map(({ kind }) => kind),
      table: () => (only === undefined ? kindsTable(found) : explainKind(found[0]!)),
    });
  },
};

const kindsTable = (found: readonly KindDescription[]): string =>
  table(
    ['KIND', 'TIER', 'WHAT'],
    found.map(({ kind, tier, summary }) => [kind, tier, summary]),
  );

function explainKind({ kind, tier, summary, doc, example, scopes, params }: KindDescription) {
  const rows = params.map(({ name, values, default: value, required, doc: what }) => [
    `  ${name}`,
    values,
    required ? 'required' : (value ?? '-'),
    what,
  ]);
  return [
    `${kind} (${tier}): ${summary}`,
    '',
    ...wrap(doc),
    '',
    ...(rows.length ? [table(['  PARAM', 'VALUES', 'DEFAULT', 'WHAT'], rows), ''] : []),
    `narrowed by: ${scopes.join(', ') || 'nothing'}`,
    `example: ${example}`,
  ].join('\n');
}

function wrap(text: string, columns = 80): string[] {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (longer.length > columns) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

export const fault: CommandSpec = {
  name: 'fault',
  summary: 'set, list and remove faults on edges',
  examples: ['fault add latency etcd-1:etcd-2 delay=100ms', 'fault ls', 'fault rm f1'],
  subcommands: [add, list, remove, kinds],
};
