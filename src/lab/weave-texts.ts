// Reads what a compose project gives its services: small text files of its own folder.
import {
  type Dirent,
  existsSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { foldersUpToGit } from '../stack/find.ts';
import type { Project, Service } from '../weave/project.ts';
import { givenPaths, inlineTexts, type TextFile } from '../weave/texts.ts';

const BYTES_MAX = 64 * 1024;
/** Of one folder that is given as a whole. */
const FILES_MAX = 100;

/** In a folder that is given as a whole: what looks like configuration. Compose files name all. */
const CONFIG =
  /^\.env|\.(conf|cfg|cnf|ini|ya?ml|json|toml|env|properties|xml|hcl|tmpl|template|vcl)$/i;
const COMPOSE_FILE = /^(docker-)?compose\b.*\.ya?ml$/;
const SKIPPED = new Set(['node_modules', '.git']);

/** Of a service's Dockerfile; empty where there is none. */
export function dockerfileOf({ build }: Service): string {
  if (!build) return '';
  const path = resolve(build.context, build.dockerfile ?? 'Dockerfile');
  return build.dockerfile_inline ?? (existsSync(path) ? readFileSync(path, 'utf8') : '');
}

/**
 * `file`: the project's first, where one is named. What is outside its git root is not read; where
 * that is, links do not change.
 */
export function readTexts(service: Service, project: Project, file?: string): TextFile[] {
  const folder = realpathSync(file && existsSync(file) ? dirname(resolve(file)) : process.cwd());
  const root = foldersUpToGit(folder).at(-1)!;
  const files = givenPaths(service, project, dockerfileOf(service))
    .flatMap((path) => (existsSync(path) ? realpathSync(path) : []))
    .filter((path) => isWithin(path, root))
    .flatMap((path) => filesAt(path, folder));
  const read = files.flatMap((path): TextFile[] => {
    const text = readSmall(path);
    return text === undefined ? [] : [{ where: `file ${relative(folder, path)}`, text }];
  });
  return [...inlineTexts(service, project), ...read];
}

const isWithin = (path: string, folder: string): boolean =>
  !relative(folder, path).startsWith('..');

/** Of the project's folder itself only what lies in it: what is below belongs to all services. */
function filesAt(path: string, folder: string): string[] {
  const stat = statSync(path);
  if (stat.isFile()) return [path];
  if (!stat.isDirectory()) return [];
  const isWhole = isWithin(folder, path);
  const found: string[] = [];
  const visit = (dir: string) => {
    for (const entry of entriesOf(dir)) {
      const { name } = entry;
      if (found.length >= FILES_MAX) return;
      if (entry.isDirectory() && !isWhole && !SKIPPED.has(name)) visit(join(dir, name));
      const isConfig = CONFIG.test(name) && !COMPOSE_FILE.test(name);
      if (entry.isFile() && isConfig) found.push(join(dir, name));
    }
  };
  visit(path);
  return found;
}

/** What may not be read says nothing. */
function entriesOf(dir: string): Dirent[] {
  try {
    return readdirSync(dir, { withFileTypes: true });
  } catch {
    return [];
  }
}

function readSmall(path: string): string | undefined {
  if (statSync(path).size > BYTES_MAX || COMPOSE_FILE.test(basename(path))) return undefined;
  try {
    const text = readFileSync(path, 'utf8');
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}
