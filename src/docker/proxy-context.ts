// The folder from which the proxy's image is built: its Dockerfile and the compiled program, which
// uses node: built-ins only. A rendered folder carries a copy, so that plain compose can build it.
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assert } from '../errors.ts';

/** Where package.json, images/ and dist/ are: two levels above this file, compiled or not. */
export const packageRoot = fileURLToPath(new URL('../..', import.meta.url));

/** The compiled folders that the program consists of. */
const PARTS = ['proxy', 'faults', 'control'];

/** Without it node would take the compiled files for CommonJS. */
const PACKAGE_JSON = `${JSON.stringify({ type: 'module' })}\n`;

/** Path in the context -> file that is copied there, sorted by path. */
function contextFiles(root: string): [string, string][] {
  const compiled = PARTS.flatMap((part) =>
    readdirSync(join(root, 'dist', part))
      .filter((name) => name.endsWith('.js'))
      .map((name): [string, string] => [`${part}/${name}`, join(root, 'dist', part, name)]),
  );
  assert(compiled.length > 0, 'the proxy is compiled before an image is made of it');
  const dockerfile = join(root, 'images', 'proxy', 'Dockerfile');
  return [...compiled, ['Dockerfile', dockerfile] as [string, string]].sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
}

/** `labctl/proxy:0123456789ab`: the same files give the same tag on every machine. */
export function proxyImageTag(root = packageRoot): string {
  const hash = createHash('sha256').update(PACKAGE_JSON);
  for (const [path, file] of contextFiles(root))
    hash.update(`\0${path}\0`).update(readFileSync(file));
  return `labctl/proxy:${hash.digest('hex').slice(0, 12)}`;
}

/** Lays the context out in `dir`, which is made when it is not there. */
export function stageProxyContext(dir: string, root = packageRoot): void {
  for (const [path, file] of contextFiles(root)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    copyFileSync(file, join(dir, path));
  }
  writeFileSync(join(dir, 'package.json'), PACKAGE_JSON);
}
