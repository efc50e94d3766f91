// Problems of a stack file -> one error that points at the line.
//
//   lab.yaml:3:5: unknown key "nme" in nodes.app; did you mean "name"? (and 1 more)
//      3 |     nme: etcd-1
//        |     ^^^
import { LabError } from '../errors.ts';
import type { Place } from './document.ts';

/** One thing wrong with a stack file or a `--set`. */
export interface Problem {
  /** The flag that is wrong (`--set nodes=0`), or where in the text; neither for the whole file. */
  readonly at: string | Place | undefined;
  /** One sentence, without the place. */
  readonly message: string;
  readonly hint?: string | undefined;
}

const ABOUT_SET =
  'KEY is name, a key of the only system, or NAME.KEY for a system or node of the file';
const GUTTER = 4;
const COLUMNS_MAX = 100;

/** Throws `lab-invalid` for the problem that comes first in the text, and counts the others. */
export function failWith(problems: readonly Problem[], text: string, path: string): never {
  const order = ({ at }: Problem) =>
    typeof at === 'string' ? Number.POSITIVE_INFINITY : (at?.start ?? -1);
  const [first] = problems.toSorted((a, b) => order(a) - order(b) || 0);
  const { at, message, hint } = first!;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  const place = typeof at === 'object' ? `${path}:${lineAndColumn(text, at.start)}` : (at ?? path);
  const help = hint ?? (typeof at === 'string' ? ABOUT_SET : undefined);
  throw new LabError('lab-invalid', printable(`${place}: ${message}${more}`), {
    hint: help,
    ...(typeof at === 'object' && { details: excerpt(text, at) }),
  });
}

const lineStart = (text: string, offset: number): number =>
  offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;

const lineNumber = (text: string, offset: number): number =>
  text.slice(0, offset).split('\n').length;

const lineAndColumn = (text: string, offset: number): string =>
  `${lineNumber(text, offset)}:${offset - lineStart(text, offset) + 1}`;

/** Without what could move the cursor or change colours. */
const printable = (text: string): string => text.replace(/\p{Cc}/gu, ' ');

/** The line, and a caret line under it. */
function excerpt(text: string, { start, end }: Place): string[] {
  const from = lineStart(text, start);
  const line = printable(text.slice(from).split(/\r?\n/, 1)[0]!);
  const column = start - from;
  // A line that is too long is shown from a little before the place.
  const cut = column > COLUMNS_MAX - 20 ? column - 20 : 0;
  const width = Math.max(1, Math.min(end, from + line.length) - start);
  const carets = '^'.repeat(Math.min(width, COLUMNS_MAX - (column - cut)));
  const number = String(lineNumber(text, start)).padStart(GUTTER);
  return [
    `${number} | ${line.slice(cut, cut + COLUMNS_MAX)}`.trimEnd(),
    `${' '.repeat(GUTTER)} | ${' '.repeat(column - cut)}${carets}`,
  ];
}
