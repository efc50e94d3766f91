// start, stop, restart, kill, pause and unpause differ only in a word.
import type { Action } from '../../lab/lifecycle.ts';
import { type CommandSpec, durationOption } from '../command.ts';

interface Options {
  readonly signal?: string;
  readonly wait?: boolean;
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
  stop: { summary: 'stop nodes in good order', past: 'stopped', examples: ['stop etcd-2'] },
  restart: {
    summary: 'restart nodes; they keep name, data and edges',
    past: 'restarted',
    examples: ['restart etcd-2 --wait', 'restart etcd-2 --signal KILL'],
  },
  kill: {
    summary: 'kill nodes, as kill -9 does',
    past: 'killed',
    examples: ['kill etcd-2', 'kill etcd-1 etcd-2 --signal TERM'],
  },
  pause: { summary: 'freeze nodes', past: 'paused', examples: ['pause etcd-2'] },
  unpause: { summary: 'thaw nodes', past: 'unpaused', examples: ['unpause etcd-2'] },
};

const TAKES_SIGNAL: readonly Action[] = ['kill', 'restart'];
const WAITS: readonly Action[] = ['start', 'restart', 'unpause'];

function lifecycleCommand(action: Action): CommandSpec {
  const { summary, past, examples } = words[action];
  return {
    name: action,
    summary,
    examples,
    configure: (command) => {
      command.argument('<nodes...>', 'names of nodes');
      if (TAKES_SIGNAL.includes(action))
        command.option('--signal <name>', 'signal to send, e.g. KILL');
      if (WAITS.includes(action)) command.option('--wait', 'until they are back in the cluster');
      command
        .addOption(
          durationOption('--timeout <duration>', 'limit for an orderly stop and for --wait', '30s'),
        )
        .option('--dry-run', 'say what would be done');
    },
    run: async (context, names: readonly string[], options: Options) => {
      const { lifecycle, planLifecycle } = await import('../../lab/lifecycle.ts');
      const { signal, wait, timeout: timeoutMs, dryRun } = options;
      const session = await context.session();
      const how = { timeoutMs, ...(signal && { signal }) };
      const { changed, unchanged } = dryRun
        ? planLifecycle(session, action, names)
        : await lifecycle(session, action, names, how);
      if (wait && !dryRun) {
        const { waitFor } = await import('../../lab/wait-for.ts');
        await waitFor(await context.session(), names, 'healthy', timeoutMs, context.signal);
      }
      await context.print({
        json: { version: 1, lab: session.name, action, changed, unchanged },
        names: () => changed,
        table: () => {
          const done = dryRun ? `would ${action}` : past;
          const lines = changed.length ? [`${done} ${changed.join(', ')}`] : [];
          if (unchanged.length) lines.push(`nothing to do for ${unchanged.join(', ')}`);
          return lines.join('\n');
        },
      });
    },
  };
}

export const lifecycleCommands: readonly CommandSpec[] = (Object.keys(words) as Action[]).map(
  lifecycleCommand,
);
