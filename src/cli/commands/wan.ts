import { InvalidArgumentError } from 'commander';
import type { WanChange, WanOptions } from '../../lab/faults/wan.ts';
import { type CommandSpec, share } from '../command.ts';
import type { Context } from '../context.ts';
import { mendIfInterrupted } from '../mend.ts';
import { table } from '../output/table.ts';

export const wan: CommandSpec = {
  name: 'wan',
  summary: 'lay the latencies between regions over the lab',
  examples: [
    'wan                   # the presets',
    'wan 3-region',
    'wan 3-region --zones us=us-east,eu=eu-west --host eu-west',
    'wan off',
  ],
  configure: (command) =>
    command
      .argument('[preset]', 'off takes it away again; without it the presets are listed')
      .option('--zones <zone=region,...>', 'which region a zone is; the others in order', readZones)
      .option('--host <region>', 'where your machine is; else its edges are left alone')
      .option('--scale <factor>', 'every round trip times this, e.g. 0.1', readScale)
      .option('--jitter <share>', 'plus or minus so much of each delay; 5% when not given', share)
      .option('--dry-run', 'show the round trips and change nothing'),
  run: async (context, preset: string | undefined, flags: Omit<WanOptions, 'preset'>) => {
    if (preset === undefined) return list(context);
    if (preset === 'off') return off(context, flags.dryRun);
    const { wan: lay } = await import('../../lab/faults/wan.ts');
    const { zones, host, scale, jitter, dryRun = false } = flags;
    const options: WanOptions = { preset, zones, host, scale, jitter, dryRun };
    const change = await lay(await context.session(), options);
    await mendIfInterrupted(context, change);
    if (change.notice) context.say(`notice: ${change.notice}`);
    await context.print({
      json: change,
      names: () => change.edges,
      table: () => {
        const verb = dryRun ? 'would lay' : 'laid';
        const head = `${verb} ${preset} over ${change.edges.length} of ${change.of} edges`;
        const undo = dryRun ? [] : ['', `undo: ${context.self} wan off${context.which}`];
        return [head, '', matrix(change), ...undo].join('\n');
      },
    });
  },
};

/** Round trips, region by region, with who stands where. */
function matrix({ regions, rttMs }: WanChange): string {
  const names = Object.keys(rttMs);
  const nodes = (region: string) =>
    Object.keys(regions)
      .filter((name) => regions[name] === region)
      .join(' ');
  const cells = (row: Readonly<Record<string, number>>) =>
    names.map((name) => (row[name] ? `${row[name]}ms` : '-'));
  return table(
    ['RTT', ...names.map((name) => name.toUpperCase()), 'NODES'],
    names.map((name) => [name, ...cells(rttMs[name]!), nodes(name) || '-']),
  );
}

async function list(context: Context): Promise<void> {
  const { listPresets } = await import('../../lab/faults/wan.ts');
  const rows = listPresets();
  await context.print({
    json: { version: 1, presets: rows },
    names: () => rows.map(({ name }) => name),
    table: () =>
      table(
        ['PRESET', 'REGIONS', 'WHAT'],
        rows.map(({ name, regions, summary }) => [name, regions.join(' '), summary]),
      ),
  });
}

async function off(context: Context, dryRun = false): Promise<void> {
  const { wanOff } = await import('../../lab/faults/wan.ts');
  const change = await wanOff(await context.session(), dryRun);
  await context.print({
    json: change,
    names: () => change.edges,
    table: () => {
      if (!change.edges.length) return 'no wan is laid over this lab: nothing to do';
      return `${dryRun ? 'would take' : 'took'} the wan off ${change.edges.length} edges`;
    },
  });
}

function readZones(text: string): Record<string, string> {
  const pairs = text.split(',').map((pair) => pair.split('=').map((word) => word.trim()));
  const bad = pairs.find((pair) => pair.length !== 2 || pair.includes(''));
  if (bad) throw new InvalidArgumentError(`"${bad.join('=')}" is not written ZONE=REGION`);
  return Object.fromEntries(pairs);
}

function readScale(text: string): number {
  const scale = Number(text);
  if (scale > 0 && scale <= 1_000) return scale;
  throw new InvalidArgumentError(`${text} is no factor above 0, such as 0.1`);
}
