import type { Command } from 'commander';
import type { LabStatus } from '../../lab/status.ts';
import type { UpResult } from '../../lab/up.ts';
import {
  addStackOptions,
  type CommandSpec,
  durationOption,
  type PullPolicy,
  pullOption,
  type StackFlags,
  subnetsOption,
} from '../command.ts';
import type { Context } from '../context.ts';
import { edgesTable, monitorLines, statusTable } from '../output/status.ts';
import { plural, seconds } from '../output/table.ts';

/** Flags of commander that `addStartOptions` adds. */
export interface StartFlags {
  readonly wait: boolean;
  readonly timeout: number;
  readonly pull: PullPolicy;
  readonly build?: boolean;
  readonly fresh?: boolean;
  readonly subnets: string;
  readonly dryRun?: boolean;
}

export const up: CommandSpec = {
  name: 'up',
  summary: 'start a lab and wait until it is healthy',
  examples: [
    'up etcd-3node',
    'up etcd-3node --set nodes=5 --set version=3.4.23',
    'up etcd-3node --set monitor=true',
    'up -f my/labctl.yaml --lab second',
    'up tidb --tikv.count 5 --tikv.path bin/tikv-server',
  ],
  configure: (command) => addStartOptions(addStackOptions(command)),
  run: async (context, stack: string | undefined, options: StartFlags & StackFlags) => {
    const { timeout: timeoutMs, dryRun, ...rest } = options;
    const { signal, shared } = context;
    const choice = { ...rest, timeoutMs, stack, lab: shared.lab };
    if (dryRun) return planOnly(context, choice);
    const { up } = await import('../../lab/up.ts');
    const result = await context.withProgress((report) => up({ ...choice, report, signal }));
    await printStarted(context, result, options.wait);
  },
};

/** How a lab is started, whatever it is made of. */
export const addStartOptions = (command: Command): Command =>
  command
    .option('--no-wait', 'return as soon as the containers run')
    .addOption(durationOption('--timeout <duration>', 'how long to wait', '2m'))
    .addOption(pullOption())
    .option('--build', 'build images of nodes of your own anew')
    .option('--fresh', 'remove the lab and its data first')
    .addOption(subnetsOption())
    .option('--dry-run', 'say what would be done');

/** The lab as it is now, and what to try; `more` joins the JSON and stands above the table. */
export async function printStarted(
  context: Context,
  { session, changed, tookMs }: UpResult,
  waited: boolean,
  more: { readonly json?: object; readonly lines?: readonly string[] } = {},
): Promise<void> {
  const [{ labStatus }, { labNames }] = await Promise.all([
    import('../../lab/status.ts'),
    import('../../lab/list.ts'),
  ]);
  const status = await labStatus(session);
  const alone = (await labNames(false, session.docker)).length === 1;
  const which = alone ? '' : ` --lab ${status.lab}`;
  await context.print({
    json: { ...status, tookMs, ...more.json },
    names: () => [status.lab],
    table: (paint, wide) => {
      const word = changed ? `ready in ${seconds(tookMs)}` : 'already up: nothing to do';
      const { systems } = session.model.stack;
      const what = Object.values(systems).map(({ system, version }) => `${system} ${version}`);
      const count = [
        ...what,
        plural(status.nodes.length, 'node'),
        plural(status.edges.length, 'edge'),
      ].join(', ');
      return [
        ...(more.lines ?? []),
        `lab ${status.lab}  (${count})  ${waited ? word : 'started, not waited for'}`,
        '',
        statusTable(status, paint, wide),
        ...monitorLines(status, paint),
        ...(wide ? ['', edgesTable(status, paint)] : []),
        '',
        'try:',
        ...tryNext(status).map((line) => `  ${context.self} ${line}${which}`),
      ].join('\n');
    },
  });
}

/** Commands for this lab, to which the caller adds how labctl and the lab are called. */
function tryNext({ edges }: LabStatus): string[] {
  const peer = edges.find(({ from }) => from !== 'host');
  const cut = peer ? [`partition ${peer.from}`, 'heal'] : [];
  return ['status --edges', ...cut, 'down'];
}

async function planOnly(context: Context, choice: object): Promise<void> {
  const { planUp } = await import('../../lab/plan-up.ts');
  const plan = await planUp(choice);
  await context.print({
    json: { version: 1, ...plan },
    names: () => [plan.lab],
    table: () =>
      [
        `lab ${plan.lab}: would do this`,
        ...plan.steps.map(({ action, what }) => `  ${action.padEnd(8)} ${what}`),
      ].join('\n'),
  });
}
