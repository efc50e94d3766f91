// labctl init: what it writes is a stack that loads, with and without the comments.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { init } from '../../../src/lab/init.ts';
import { loadModel } from '../../../src/lab/load-model.ts';
import { builtinStacksDir } from '../../../src/package/files.ts';
import { listStacks } from '../../../src/stack/find.ts';
import { errorOf } from '../stack/fake.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'labctl-init-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test.each(listStacks(builtinStacksDir).map(({ name }) => name))('%s', (stack) => {
  const file = join(folder, 'labctl.yaml');
  init({ stack, file });
  const text = readFileSync(file, 'utf8');
  expect(text).toMatch(/^# yaml-language-server: \$schema=.*schema\/stack\.json\n/);
  for (const key of ['nodes', 'links', 'zones'])
    expect(text).toMatch(new RegExp(`^(# )?${key}:`, 'm'));
  // A monitor that nobody tells metrics would be refused.
  const told = loadModel({ stack }).nodes.some(({ metrics }) => metrics);
  expect(text.includes('\n# monitor: true\n')).toBe(told);
  const names = (model: ReturnType<typeof loadModel>) => model.nodes.map(({ name }) => name);
  expect(names(loadModel({ file }))).toEqual(names(loadModel({ stack })));
});

test('a file that is there stays', () => {
  const file = join(folder, 'labctl.yaml');
  init({ stack: 'etcd-1node', file });
  expect(errorOf(() => init({ stack: 'etcd-3node', file }))).toContain('is there already');
  init({ stack: 'etcd-3node', file, force: true });
  expect(readFileSync(file, 'utf8')).toContain('nodes: 3');
});
