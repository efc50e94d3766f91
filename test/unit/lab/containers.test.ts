// What is found out of a host's files before a container is made.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { requireFiles } from '../../../src/lab/containers.ts';
import { buildModel } from '../../../src/stack/build-model.ts';
import { systems } from '../../../src/systems/index.ts';

test('a binary of the user is a file that may be executed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'labctl-test-'));
  const program = join(folder, 'tikv-server');
  const requireIt = (binary: string) => {
    const config = systems.tidb!.schema.parse({ tikv: { binary } }) as object;
    const stack = { name: 'demo', systems: { tidb: { system: 'tidb', ...config } }, nodes: {} };
    requireFiles(buildModel(stack, systems));
  };
  try {
    expect(() => requireIt(program)).toThrow(`binary of tikv-1: there is no file ${program}`);
    writeFileSync(program, '');
    expect(() => requireIt(program)).toThrow(`binary of tikv-1: ${program} is no program`);
    expect(() => requireIt(folder)).toThrow(`${folder} is no program`);
    chmodSync(program, 0o755);
    expect(() => requireIt(program)).not.toThrow();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
