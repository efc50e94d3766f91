// A registry of two small systems, so that these tests do not depend on src/systems/; and
// errors as a user sees them.
import { z } from 'zod';
import { LabError } from '../../../src/errors.ts';
import { loadStack } from '../../../src/stack/load.ts';
import type { Stack, System } from '../../../src/stack/model.ts';
import { overridesOf, path, text } from '../../../src/stack/values.ts';

const version = text()
  .regex(/^v?\d+\.\d+(\.\d+)?$/, 'a version is written like 3.5.16')
  .describe('version, e.g. 3.5.16');
const flags = z.record(
  z.string().regex(/^[a-z-]+$/, 'a flag is written without its dashes'),
  text(),
);

function fakeSystem(name: string): System {
  return {
    name,
    summary: `${name}, for tests`,
    schema: z.strictObject({
      version: version.default('3.5.16'),
      nodes: z.int().min(1).max(25).default(3).describe('how many members'),
      flags: flags.default({}),
      binary: path().optional(),
      environment: z.record(z.string(), text()).optional(),
      cpus: z.number().positive().optional(),
      mem_limit: z.string().optional(),
      host_port: z.int().optional().describe("host port of the first member's client port"),
      overrides: overridesOf({ version, flags, binary: path() }),
    }),
    nodes: (group, config) =>
      Array.from({ length: config.nodes as number }, (_, i) => ({
        name: `${group}-${i + 1}`,
        group,
        system: name,
        role: 'member',
        ports: { client: 2379, peer: 2380 },
        publish: ['client'],
        hostPorts: config.host_port ? { client: (config.host_port as number) + i } : {},
      })),
    edges: () => [],
    image: () => ({ ref: name }),
    service: () => ({}),
    probe: async () => ({ health: 'unknown', detail: '', leader: null }),
    claim: async () => undefined,
    unready: () => undefined,
    client: () => [name],
  };
}

export const systems: Readonly<Record<string, System>> = {
  etcd: fakeSystem('etcd'),
  redis: fakeSystem('redis'),
};

/** Loads `lines` as /home/me/lab.yaml. */
export const load = (lines: string, ...overrides: string[]): Stack =>
  loadStack(
    { text: lines, path: 'lab.yaml', folder: '/home/me', readFile: () => '' },
    overrides,
    systems,
  );

/** The error of `run`, as the command line prints it. */
export function errorOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    const { message, code, details, hint } = error;
    return [
      `error: ${message}  (${code})`,
      ...details.map((line) => `  ${line}`),
      `hint: ${hint}`,
    ].join('\n');
  }
  throw new Error('it did not fail');
}

export const loadError = (lines: string, ...overrides: string[]): string =>
  errorOf(() => load(lines, ...overrides));
