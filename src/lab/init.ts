// init: a stack file of the user's own, begun from one that comes with labctl.
import { existsSync, writeFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { LabError } from '../errors.ts';
import { builtinStacksDir, schemaFile } from '../package/files.ts';
import { findStack } from '../stack/find.ts';
import { loadModel } from './load-model.ts';

interface InitOptions {
  /** A built-in stack, or a path. */
  readonly stack: string;
  /** The file to write. */
  readonly file: string;
  /** Writes over a file that is there. */
  readonly force?: boolean;
}

const EDITORS = /^# yaml-language-server:.*\n/;

/** What a stack file can say beside its systems, for who writes the first one. */
const more = (
  group: string,
  nodes: readonly string[],
  told: boolean,
): Readonly<Record<string, string>> => ({
  nodes: `# Containers of your own, each with a network of its own like every node:
# nodes:
#   app:
#     image: redis:7
#     ports: [6379] # what it listens on
#     connects: [${group}] # whom it dials
`,
  links: `# Edges that no system has of itself:
# links:
#   - {from: ${group}, to: app}
`,
  zones: `# Where nodes stand, for labctl wan and partitions between zones:
# zones:
#   eu: [${nodes[0]}]
#   us: [${nodes.slice(1).join(', ') || 'app'}]
`,
  ...(told && {
    monitor: `# Prometheus and Grafana beside the lab:
# monitor: true
`,
  }),
});

/** Throws stack-not-found, lab-invalid, and usage when the file is there already. */
export function init({ stack, file, force = false }: InitOptions): void {
  if (existsSync(file) && !force)
    throw new LabError('usage', `${file} is there already`, {
      hint: `labctl init ${stack} --file another.yaml, or --force to write over it`,
    });
  const model = loadModel({ stack });
  const names = model.nodes.map(({ name }) => name);
  const { text } = findStack({ name: stack, cwd: process.cwd(), builtinDir: builtinStacksDir });
  const body = text.replace(EDITORS, '').trimEnd();
  const told = model.nodes.some(({ metrics }) => metrics);
  const missing = Object.entries(more(model.nodes[0]!.group, names, told))
    .filter(([key]) => !new RegExp(`^(# )?${key}:`, 'm').test(body))
    .map(([, words]) => `\n${words}`);
  writeFileSync(file, `${schemaLine(resolve(file))}\n${body}\n${missing.join('')}`);
}

/** Editors take a path as seen from the file; into another tree it is better absolute. */
function schemaLine(path: string): string {
  const seen = relative(dirname(path), schemaFile);
  const schema = seen.startsWith('../..') ? schemaFile : seen;
  return `# yaml-language-server: $schema=${schema}`;
}
