// Text of a stack file and --set flags -> Stack. Pure: finding and reading the file is find.ts.
//
//   text -> document -> plain value <- overrides -> checked by the schemas -> Stack
import { basename, extname } from 'node:path';
import { type Complaint, pathLabel, quoted } from './check.ts';
import { checkStack } from './check-stack.ts';
import { type Document, type Path, parseYaml, placeOf, writtenAt } from './document.ts';
import { isMap } from './json.ts';
import type { Stack, System } from './model.ts';
import { toLabName } from './names.ts';
import { resolvePaths } from './paths.ts';
import { failWith, type Problem } from './problems.ts';
import { checkReferences } from './references.ts';
import { applyOverrides, overrideOf } from './set.ts';
import { type ReadFile, readTomlFile } from './toml.ts';

/** A stack file that has been read. */
export interface FoundStack {
  readonly text: string;
  /** As errors show it. */
  readonly path: string;
  /** Absolute; relative paths in the file are seen from here. */
  readonly folder: string;
}

interface StackSource extends FoundStack {
  /** Where --set is given: its relative paths are seen from here. Default: the folder. */
  readonly cwd?: string;
  /** For files that the stack takes into itself. */
  readonly readFile: ReadFile;
}

/** Above the longest stack imaginable, and still parsed in a blink. */
export const STACK_CHARACTERS_MAX = 64 * 1024;

/** A stack whose file is called this has the name of its folder. */
const PLAIN_NAMES = ['stack', 'labctl', 'stdin'];
const SMALLEST = 'the smallest stack file is one line: systems: {etcd: {nodes: 3}}';

/**
 * The stack that a file and `--set KEY=VALUE` flags describe, checked and with every path absolute.
 * set.ts says what a KEY is. A text is kept as typed: `version: 3.10` is `3.10`.
 * Throws `lab-invalid` for what is wrong first, with the line it is in and what is allowed there.
 */
export function loadStack(
  source: StackSource,
  overrides: readonly string[],
  systems: Readonly<Record<string, System>>,
): Stack {
  const text = source.text.replace(/^\uFEFF/, '');
  const fail = (problems: readonly Problem[]) => failWith(problems, text, source.path);
  const document = readDocument(text, fail);
  const { value, applied, problems } = applyOverrides(document.value, overrides, systems);

  const locate = ({ path, part, message, hint }: Complaint): Problem => {
    const flag = overrideOf(applied, path)?.flag;
    return { at: flag ?? placeOf(document, path, part), message, hint };
  };
  const written = (path: Path) => {
    const override = overrideOf(applied, path);
    if (override) return writtenAt(override.document, path.slice(override.path.length));
    return writtenAt(document, path);
  };
  const checked = checkStack(value, systems, written);
  if (problems.length || 'complaints' in checked)
    return fail([...problems, ...('complaints' in checked ? checked.complaints.map(locate) : [])]);

  const { name = defaultName(source), ...parts } = checked.value;
  const stack = { name, ...parts };
  const broken = checkReferences(stack, systems);
  if (broken.length) fail(broken.map(locate));
  const { folder, cwd = folder, readFile } = source;
  return resolvePaths(stack, systems, {
    folderOf: (path) => (overrideOf(applied, path) ? cwd : folder),
    tomlOf(path, file) {
      const read = readTomlFile(file, readFile);
      if ('text' in read) return read.text;
      const message = `${pathLabel(path)}: ${read.problem}`;
      const hint = 'a path is seen from the folder of the stack file';
      return fail([locate({ path, part: 'value', message, hint })]);
    },
  });
}

function readDocument(text: string, fail: (problems: readonly Problem[]) => never): Document {
  const whole = (message: string, hint?: string) => fail([{ at: undefined, message, hint }]);
  if (text.length > STACK_CHARACTERS_MAX)
    whole(`this is too long: a stack file has ${STACK_CHARACTERS_MAX} characters at most`);
  if (text.includes('\0')) whole('this is not a text file', SMALLEST);
  const document = parseYaml(text);
  const { value, problems } = document;
  // What follows the first error of YAML mostly follows from it.
  for (const { message, ...at } of problems) fail([{ at, message }]);
  if (value === null) whole('the file is empty', SMALLEST);
  if (isMap(value)) return document;
  const found = Array.isArray(value) ? 'a list' : `only ${quoted(value)}`;
  const keys = 'name, systems, nodes, links, zones and monitor';
  return whole(`a stack file has the keys ${keys}, but this is ${found}`, SMALLEST);
}

function defaultName({ path, folder }: StackSource): string {
  const file = basename(path, extname(path));
  return toLabName(PLAIN_NAMES.includes(file) ? basename(folder) : file);
}
