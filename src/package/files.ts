// Where labctl finds its own files and puts what it renders.
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where package.json is: two levels above this file, compiled, bundled or not. */
export const packageRoot = fileURLToPath(new URL('../..', import.meta.url));

export const templatesDir = join(packageRoot, 'templates');
export const builtinStacksDir = join(packageRoot, 'examples');

/** The JSON Schema of a stack file, for editors. */
export const schemaFile = join(packageRoot, 'schema', 'stack.json');

/** labctl's own version. */
export const ownVersion = (): string =>
  (JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string })
    .version;

/** The folder of a lab's rendered files: `$XDG_STATE_HOME/labctl/<lab>`. */
export function renderedDir(lab: string, env: NodeJS.ProcessEnv = process.env): string {
  const state = env.XDG_STATE_HOME || join(homedir(), '.local', 'state');
  return join(state, 'labctl', lab);
}
