// What every command gets beside its own arguments, and the one way to write a result.
import type { Command } from 'commander';
import pc from 'picocolors';
import type { Report } from '../lab/report.ts';
import type { Session } from '../lab/session.ts';
import { createProgress } from './output/progress.ts';

export const OUTPUT_FORMATS = ['table', 'wide', 'json', 'yaml', 'name'] as const;
export const PROGRESS_MODES = ['auto', 'tty', 'plain', 'json'] as const;
export type ProgressMode = (typeof PROGRESS_MODES)[number];

/** The flags that every command shares. */
interface SharedOptions {
  readonly lab?: string;
  readonly output: (typeof OUTPUT_FORMATS)[number];
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly color: boolean;
  readonly progress: ProgressMode;
}

/** A result in each of its forms; those not given fall back to `table`. */
export interface Result {
  /** The documented shape. */
  readonly json: unknown;
  readonly table: (paint: Paint, wide: boolean) => string;
  /** For -o name and -q: names, one a line. */
  readonly names?: () => readonly string[];
}

export type Paint = ReturnType<typeof pc.createColors>;

export interface Context {
  readonly shared: SharedOptions;
  /** How the user calls labctl, so that printed commands work when pasted. */
  readonly self: string;
  /** ` --lab NAME` where the user gave it, for printed commands too. */
  readonly which: string;
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
  /** The words after `--`; commander hands them over among the others. */
  readonly passedOn: readonly string[];
  /** The lab that --lab names, or the only one, as it is now. */
  session(): Promise<Session>;
  /** Work that reports how far it is, which is shown on stderr meanwhile. */
  withProgress<T>(work: (report: Report) => Promise<T>): Promise<T>;
  /** The result, on stdout. */
  print(result: Result): Promise<void>;
  /** One of many results: over the last one on a terminal, else below it; JSON on one line. */
  rewrite(result: Result): void;
  /** Talk, on stderr; nothing with --quiet. */
  say(line: string): void;
}

export function createContext(command: Command, signal: AbortSignal): Context {
  const shared = command.opts<SharedOptions>();
  const paint = pc.createColors(mayColor(shared, process.stdout));
  const wide = shared.output === 'wide';
  return {
    shared,
    self: selfName(),
    which: shared.lab ? ` --lab ${shared.lab}` : '',
    signal,
    passedOn: wordsAfterDashes(process.argv),
    session: async () => (await import('../lab/session.ts')).openSession(shared.lab),
    withProgress: (work) => {
      const { report, end } = createProgress(shared.progress, shared.quiet ?? false);
      return work(report).finally(end);
    },
    say: (line) => {
      if (!shared.quiet) process.stderr.write(`${line}\n`);
    },
    rewrite: ({ json, table }) => {
      if (shared.output === 'json') process.stdout.write(`${JSON.stringify(json)}\n`);
      else if (process.stdout.isTTY)
        process.stdout.write(overScreen(table(paint, wide), process.stdout.rows));
      else process.stdout.write(`${table(paint, wide)}\n\n`);
    },
    print: async ({ json, table, names }) => {
      const { output, quiet } = shared;
      if (output === 'json') process.stdout.write(`${JSON.stringify(json, null, 2)}\n`);
      else if (output === 'yaml') process.stdout.write((await import('yaml')).stringify(json));
      else if (names && (output === 'name' || quiet))
        process.stdout.write(
          names()
            .map((name) => `${name}\n`)
            .join(''),
        );
      else if (!quiet) process.stdout.write(`${table(paint, wide)}\n`);
    },
  };
}

/**
 * From the top of the screen, each line wiped behind its end and all below: nothing flickers. The
 * terminal itself cuts what is too wide, as wrapped lines would push the first ones out.
 */
export function overScreen(text: string, rows = 24): string {
  const lines = text.split('\n').slice(0, rows - 1);
  return `\x1b[?7l\x1b[H${lines.map((line) => `${line}\x1b[K\n`).join('')}\x1b[J\x1b[?7h`;
}

function wordsAfterDashes(words: readonly string[]): readonly string[] {
  const at = words.indexOf('--');
  return at < 0 ? [] : words.slice(at + 1);
}

/** NO_COLOR, --no-color, TERM=dumb or no terminal turn it off; FORCE_COLOR turns it on. */
export function mayColor({ color }: Pick<SharedOptions, 'color'>, stream: NodeJS.WriteStream) {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (!color || NO_COLOR) return false;
  if (FORCE_COLOR) return FORCE_COLOR !== '0';
  return Boolean(stream.isTTY) && TERM !== 'dumb';
}

/** `npm start` runs a clone, in which labctl is not on the PATH but npx finds it. */
const selfName = (): string => (process.env.npm_lifecycle_event ? 'npx labctl' : 'labctl');
