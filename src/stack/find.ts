// Which stack file is meant, and its text. The only file here that touches a disk.
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  statSync,
} from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { LabError } from '../errors.ts';
import { type FoundStack, STACK_CHARACTERS_MAX } from './load.ts';
import { didYouMean } from './names.ts';

/** What the user said, and where to look. */
interface StackWanted {
  /** A built-in name, or a path to a file or folder. */
  readonly name?: string | undefined;
  /** `--file`: a path to a file or folder, or `-` for standard input. */
  readonly file?: string | undefined;
  /** Absolute. */
  readonly cwd: string;
  /** `examples/` of the package, absolute. */
  readonly builtinDir: string;
}

/** A stack that comes with labctl. */
interface BuiltinStack {
  readonly name: string;
  /** The first comment of its file. */
  readonly summary: string;
  /** Of the file, absolute. */
  readonly path: string;
}

const IN_FOLDER = ['stack.yaml', 'labctl.yaml'];
const IN_PROJECT = 'labctl.yaml';
const STDIN_FD = 0;

/**
 * The stack file that is meant, read. A bare word is a built-in stack, else a path; `./word` is
 * always a path; nothing is labctl.yaml, here or in a folder above up to the git root.
 * Throws `stack-not-found`; `usage` when both a name and a file are given.
 */
export function findStack({ name, file, cwd, builtinDir }: StackWanted): FoundStack {
  if (name !== undefined && file !== undefined)
    throw new LabError('usage', `${name} and --file ${file} are two stacks; give one of them`);
  if (file === '-')
    return { text: wrap('stdin', () => readUpTo(STDIN_FD)), path: 'stdin', folder: cwd };
  if (file !== undefined) return readStack(file, cwd);
  if (name === undefined) return readStack(findUpwards(cwd), cwd);
  const builtins = listStacks(builtinDir);
  const builtin = builtins.find((stack) => stack.name === name);
  if (builtin) return readStack(builtin.path, cwd);
  if (isPath(name) || existsSync(resolve(cwd, name))) return readStack(name, cwd);
  const names = builtins.map((stack) => stack.name);
  throw new LabError('stack-not-found', `there is no stack "${name}"${didYouMean(name, names)}`, {
    hint: `built in: ${names.join(', ')}; a path to a YAML file or its folder works too`,
  });
}

/** The stacks in the folders of `builtinDir`, by name. */
export function listStacks(builtinDir: string): BuiltinStack[] {
  return readdirSync(builtinDir)
    .map((name) => ({ name, path: join(builtinDir, name, 'stack.yaml') }))
    .filter(({ path }) => existsSync(path))
    .map(({ name, path }) => ({ name, summary: firstComment(readFileSync(path, 'utf8')), path }))
    .sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
}

function firstComment(text: string): string {
  const comments = text.split(/\r?\n/).filter((line) => /^# (?!yaml-language-server)/.test(line));
  return comments[0]?.slice(2).trim() ?? '';
}

/** A file that a stack takes into itself. */
export const readFile = (path: string): string => readFileSync(path, 'utf8');

const isPath = (word: string): boolean => /[/\\]|^\.|\.ya?ml$/.test(word);

/** `cwd` and the folders above it up to the git root; without one only `cwd`. */
export function foldersUpToGit(cwd: string): string[] {
  const above = [cwd];
  while (dirname(above.at(-1)!) !== above.at(-1)) above.push(dirname(above.at(-1)!));
  const root = above.findIndex((folder) => existsSync(join(folder, '.git')));
  return above.slice(0, root + 1 || 1);
}

/** labctl.yaml of the project around `cwd`. */
function findUpwards(cwd: string): string {
  const folders = foldersUpToGit(cwd);
  const found = folders.map((folder) => join(folder, IN_PROJECT)).find((path) => existsSync(path));
  if (found) return found;
  const where = folders.length > 1 ? `${cwd} or above it up to ${folders.at(-1)}` : cwd;
  throw new LabError('stack-not-found', `no stack is named, and no ${IN_PROJECT} is in ${where}`, {
    hint: 'labctl stacks lists the built-in ones: labctl up etcd-3node',
  });
}

function readStack(word: string, cwd: string): FoundStack {
  const file = stackFile(resolve(cwd, word), word);
  const seen = relative(cwd, file);
  const path = seen.startsWith('..') || isAbsolute(seen) ? file : seen;
  const fd = wrap(path, () => openSync(file, 'r'));
  try {
    return { text: wrap(path, () => readUpTo(fd)), path, folder: dirname(file) };
  } finally {
    closeSync(fd);
  }
}

function stackFile(path: string, word: string): string {
  if (!wrap(word, () => statSync(path)).isDirectory()) return path;
  const found = IN_FOLDER.map((name) => join(path, name)).find((file) => existsSync(file));
  if (found) return found;
  throw new LabError('stack-not-found', `${word} has no ${IN_FOLDER.join(' and no ')} in it`);
}

/** Reads no more than a stack file may have, and a byte by which the loader sees it is too much. */
function readUpTo(fd: number): string {
  const buffer = Buffer.alloc(4 * STACK_CHARACTERS_MAX + 1);
  let length = 0;
  while (length < buffer.length) {
    const read = readSync(fd, buffer, length, buffer.length - length, null);
    if (read === 0) break;
    length += read;
  }
  return buffer.toString('utf8', 0, length);
}

function wrap<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const reasons: Readonly<Record<string, string>> = {
      ENOENT: `there is no file ${path}`,
      EACCES: `${path} may not be read by you`,
    };
    throw new LabError('stack-not-found', reasons[code ?? ''] ?? `${path}: ${message}`, { cause });
  }
}
