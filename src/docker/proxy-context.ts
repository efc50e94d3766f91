// The folder from which the image of the proxy is built: its Dockerfile and the program, compiled
// into one file that uses node: built-ins only. A rendered folder carries a copy, so that plain
// compose can build it.
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { assert } from '../errors.ts';
import { packageRoot } from '../package/files.ts';
import type { Recipe } from '../stack/model.ts';

/** The build context of a recipe. */
export const recipeDir = ({ name, folder }: Pick<Recipe, 'name' | 'folder'>): string =>
  folder ?? join(packageRoot, 'images', name);

/** Name in the context -> file that is copied there. */
function contextFiles(root: string): [string, string][] {
  const program = join(root, 'dist', 'proxy.mjs');
  const source = join(root, 'dist', 'proxy', 'main.js');
  const changed = (path: string) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  assert(changed(program) > 0 && changed(program) >= changed(source), 'npm run build has been run');
  return [
    ['Dockerfile', join(root, 'images', 'proxy', 'Dockerfile')],
    ['proxy.mjs', program],
  ];
}

/** `labctl/proxy:0123456789ab`: the same files give the same tag on every machine. */
export function proxyImageTag(root = packageRoot): string {
  const hash = createHash('sha256');
  for (const [name, file] of contextFiles(root))
    hash.update(`\0${name}\0`).update(readFileSync(file));
  return `labctl/proxy:${hash.digest('hex').slice(0, 12)}`;
}

/** Lays the context out in `dir`, which is made when it is not there. */
export function stageProxyContext(dir: string, root = packageRoot): void {
  mkdirSync(dir, { recursive: true });
  for (const [name, file] of contextFiles(root)) copyFileSync(file, join(dir, name));
}
