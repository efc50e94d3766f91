// The flags of `partition` that hold it in the foreground, and what is printed meanwhile.
import { type Command, Option } from 'commander';
import type { HoldEvent, HoldOptions } from '../lab/faults/hold-partition.ts';
import type { PartitionOptions } from '../lab/faults/partition.ts';
import { duration } from './command.ts';
import type { Context } from './context.ts';
import { seconds } from './output/table.ts';

/** Flags of commander that `addHoldOptions` adds. */
export interface HoldFlags {
  readonly flap?: string;
  readonly rolling?: number;
  readonly chase?: boolean;
  readonly until?: string;
  readonly timeout?: number;
}

export function addHoldOptions(command: Command): Command {
  const group = 'Held until --for is over, the condition is met or Ctrl-C, and then healed:';
  const options = [
    new Option('--flap <times>', 'cut and healed in turn: on=2s,off=3s,jitter=20%'),
    new Option('--rolling <duration>', 'one node after the other, each so long').argParser(
      duration,
    ),
    new Option('--chase', 'with --isolate leader: go with the leadership; else the node stays'),
    new Option('--until <condition>', 'leader-changed, log=REGEX, log@NODE=REGEX or lag>ENTRIES'),
    new Option('--timeout <duration>', 'how long --until may take; 1m when not given').argParser(
      duration,
    ),
  ];
  for (const option of options) command.addOption(option.helpGroup(group));
  return command;
}

export const isHeld = ({ flap, rolling, chase, until, timeout }: HoldFlags): boolean =>
  [flap, rolling, chase, until, timeout].some((flag) => flag !== undefined);

/** Holds the partition and prints each phase as a line. */
export async function runHeld(
  context: Context,
  base: PartitionOptions,
  { flap, rolling, chase, until, timeout }: HoldFlags,
): Promise<void> {
  const { holdPartition } = await import('../lab/faults/hold-partition.ts');
  const { parseFlap } = await import('../lab/faults/hold-phases.ts');
  const options: HoldOptions = {
    ...base,
    flap: flap === undefined ? undefined : parseFlap(flap),
    rollingMs: rolling,
    chase,
    until,
    timeoutMs: timeout,
  };
  const json = context.shared.output === 'json';
  const show = (event: HoldEvent) => {
    if (json) process.stdout.write(`${JSON.stringify(event)}\n`);
    else if (event.event === 'started') {
      if (options.flap?.jitter) context.say(`seed ${event.seed}`);
    } else if (!context.shared.quiet) process.stdout.write(`${lineOf(event)}\n`);
  };
  await holdPartition(await context.session(), options, show, context.signal);
}

function lineOf({ event, atMs, node, change, forMs, met }: HoldEvent): string {
  const at = seconds(atMs).padStart(7);
  const next = forMs == null ? '' : `  for ${seconds(forMs)}`;
  if (event === 'met') return `${at}  met: ${met}`;
  const { edges, of, mode, resolved, faults } = change!;
  if (event === 'healed') return `${at}  healed ${faults.join(', ')}${next}`;
  const roles = Object.entries(resolved).map(([role, who]) => `${role} is ${who}; `);
  const alone = node === undefined ? '' : `${node} alone; `;
  const cut = `cut ${edges.length} of ${of} edges: ${edges.join(' ')}  (${mode})`;
  return `${at}  ${alone}${roles.join('')}${cut}  id ${faults[0]}${next}`;
}
