// The progress of `up`, on stderr: rewritten in place on a terminal, a line per change elsewhere.
import type { Progress, Report } from '../../lab/report.ts';
import type { ProgressMode } from '../context.ts';
import { seconds } from './table.ts';

interface ProgressPrinter {
  readonly report: Report;
  /** Leaves what was printed and prints no more. */
  end(): void;
}

/** One row as `  etcd-1  etcd  healthy  3.4s`. */
function row({ subject, kind, state }: Progress, at: string): string {
  return `  ${subject.padEnd(12)} ${kind.padEnd(7)} ${state.padEnd(24)} ${at}`;
}

export function createProgress(
  mode: ProgressMode,
  quiet: boolean,
  stream: NodeJS.WriteStream = process.stderr,
): ProgressPrinter {
  const startedMs = performance.now();
  const passed = () => seconds(performance.now() - startedMs);
  if (quiet) return { report: () => {}, end: () => {} };
  if (mode === 'json') {
    const report: Report = (progress) => {
      const atMs = Math.round(performance.now() - startedMs);
      stream.write(`${JSON.stringify({ ...progress, atMs })}\n`);
    };
    return { report, end: () => {} };
  }
  const tty = mode === 'tty' || (mode === 'auto' && stream.isTTY && process.env.TERM !== 'dumb');
  if (tty) return rewriting(stream, passed);
  return {
    report: changesOnly((line) => stream.write(`${row(line, passed())}\n`)),
    end: () => {},
  };
}

/** `building 3/14` after `building 2/14` is no change worth a line of its own. */
function changesOnly(write: Report): Report {
  const last = new Map<string, string>();
  return (progress) => {
    const stem = progress.state.replace(/\d+/g, '');
    if (last.get(progress.subject) !== stem) write(progress);
    last.set(progress.subject, stem);
  };
}

const REDRAW_MS = 100;

/** Every subject has its row; rows that are not done show the time running. */
function rewriting(stream: NodeJS.WriteStream, passed: () => string): ProgressPrinter {
  const rows = new Map<string, { progress: Progress; at: string | undefined }>();
  let drawn = 0;
  const draw = () => {
    const width = stream.columns || 80;
    const lines = [...rows.values()].map(({ progress, at }) =>
      row(progress, at ?? passed()).slice(0, width - 1),
    );
    const back = drawn ? `\x1b[${drawn}A` : '';
    stream.write(back + lines.map((line) => `\x1b[2K${line}\n`).join(''));
    drawn = lines.length;
  };
  const timer = setInterval(draw, REDRAW_MS);
  timer.unref();
  const report: Report = (progress) => {
    rows.set(progress.subject, { progress, at: progress.done ? passed() : undefined });
    draw();
  };
  return { report, end: () => clearInterval(timer) };
}
