// start, stop, restart, kill, pause and unpause differ only in a word.
import { LabError } from '../../errors.ts';
import type { Action, LifecycleResult } from '../../lab/lifecycle.ts';
import type { HeldAction, HeldResult } from '../../lab/lifecycle-for.ts';
import type { Session } from '../../lab/session.ts';
import { formatDuration } from '../../stack/units.ts';
import { type CommandSpec, duration, durationOption } from '../command.ts';
import type { Context } from '../context.ts';
import { untilEnded } from '../foreground.ts';

interface Options {
  readonly signal?: string;
  readonly wait?: boolean;
  readonly for?: number;
  readonly timeout: number;
  readonly dryRun?: boolean;
}

interface Words {
  readonly summary: string;
  readonly past: string;
  readonly examples: readonly string[];
}

const words: Readonly<Record<Action, Words>> = {
  start: { summary: 'start nodes that are stopped', past: 'started', examples: ['start etcd-2'] },
  stop: {
    summary: 'stop nodes in good order',
    past: 'stopped',
    examples: ['stop etcd-2', 'stop etcd-2 --for 10s'],
  },
  restart: {
    summary: 'restart nodes; they keep name, data and edges',
    past: 'restarted',
    examples: ['restart etcd-2 --wait', 'restart etcd-2 --signal KILL'],
  },
  kill: {
    summary: 'kill nodes, as kill -9 does',
    past: 'killed',
    examples: ['kill etcd-2', 'kill etcd-1 etcd-2 --signal TERM', 'kill leader --for 5s --wait'],
  },
  pause: {
    summary: 'freeze nodes',
    past: 'paused',
    examples: ['pause etcd-2', 'pause etcd-2 --for 5s'],
  },
  unpause: { summary: 'thaw nodes', past: 'unpaused', examples: ['unpause etcd-2'] },
};

const TAKES_SIGNAL: readonly Action[] = ['kill', 'restart'];
/** What takes them back after `--for`. */
const BACK: { readonly [name in Action]?: Action } = {
  pause: 'unpause',
  kill: 'start',
  stop: 'start',
};

type Done = LifecycleResult & Partial<HeldResult>;

function lifecycleCommand(action: Action): CommandSpec {
  const { summary, past, examples } = words[action];
  const back = BACK[action];
  return {
    name: action,
    summary,
    examples,
    configure: (command) => {
      command.argument('<nodes...>', 'names of nodes, globs (etcd-*), roles (leader), zones (@eu)');
      if (TAKES_SIGNAL.includes(action))
        command.option('--signal <name>', 'signal to send, e.g. KILL');
      if (back)
        command.option(
          '--for <duration>',
          `${back} them after this long; the command stays until then`,
          duration,
        );
      const when = back ? 'with --for: ' : '';
      command.option('--wait', `${when}until they are back in the cluster`);
      command
        .addOption(
          durationOption('--timeout <duration>', 'limit for an orderly stop and for --wait', '30s'),
        )
        .option('--dry-run', 'say what would be done');
    },
    run: async (context, given: readonly string[], options: Options) => {
      const { planLifecycle } = await import('../../lab/lifecycle.ts');
      const { wait, for: forMs, timeout: timeoutMs, dryRun } = options;
      if (back && wait && forMs === undefined)
        throw new LabError('usage', '--wait wants --for: after it the nodes run again');
      const session = await context.session();
      const { findEach, openLookup } = await import('../../lab/faults/addresses.ts');
      // Of `kill "$NODE"` with nothing in it the word is unknown: nobody is not everybody.
      const names = await findEach(openLookup(session), given.join(',').split(','));
      const result: Done = dryRun
        ? planLifecycle(session, action, names)
        : await act(context, session, action, names, options);
      if (wait && !dryRun) {
        const { waitBack } = await import('../../lab/wait-for.ts');
        await waitBack(await context.session(), names, timeoutMs, context.signal);
      }
      const { changed, unchanged, undone } = result;
      await context.print({
        json: { version: 1, lab: session.name, action, ...result },
        names: () => changed,
        table: () => {
          const done = dryRun ? `would ${action}` : past;
          const lines = changed.length ? [`${done} ${changed.join(', ')}`] : [];
          if (unchanged.length) lines.push(`nothing to do for ${unchanged.join(', ')}`);
          if (undone?.length) lines.push(`${words[back!].past} ${undone.join(', ')}`);
          return lines.join('\n');
        },
      });
    },
  };
}

/** The result, with `undone` when it was for a while; then it returns after that while. */
async function act(
  context: Context,
  session: Session,
  action: Action,
  names: readonly string[],
  { signal, timeout: timeoutMs, for: forMs }: Options,
): Promise<Done> {
  const { lifecycle } = await import('../../lab/lifecycle.ts');
  const how = { timeoutMs, signal };
  if (forMs === undefined) return lifecycle(session, action, names, how);
  const { lifecycleFor } = await import('../../lab/lifecycle-for.ts');
  const back = BACK[action]!;
  const cancel = untilEnded(context);
  const onDone = ({ changed }: LifecycleResult) =>
    context.say(
      `${words[action].past} ${changed.join(', ')} for ${formatDuration(forMs)} ` +
        `(Ctrl-C: ${back} now; if this command is killed: labctl ${back} ${changed.join(' ')})`,
    );
  const held = { ...how, forMs, onDone, cancel };
  const result = await lifecycleFor(session, action as HeldAction, names, held);
  const { undone } = result;
  if (cancel.aborted && undone.length) context.say(`${words[back].past} ${undone.join(', ')}`);
  cancel.throwIfAborted();
  return result;
}

export const lifecycleCommands: readonly CommandSpec[] = (Object.keys(words) as Action[]).map(
  lifecycleCommand,
);
