// docs/add-a-system.md, followed: its files are laid over a clean copy of this tree, which is built,
// and its Redis is started, cut, healed and scaled.
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LabStatus } from '../../src/lab/status.ts';
import { leftovers } from './labctl.ts';

const NAME = 'labctl-test-add-a-system';
const root = fileURLToPath(new URL('../..', import.meta.url));
const clone = mkdtempSync(join(tmpdir(), 'labctl-clone-'));

async function labctl(...words: readonly string[]) {
  const args = [join(clone, 'dist/bin/main.js'), ...words];
  const { exitCode, stdout, stderr } = await execa('node', args, {
    env: { LABCTL_LAB: NAME },
    reject: false,
    stdin: 'ignore',
  });
  return { status: exitCode, out: stdout.trim(), err: stderr };
}
const redis = async (node: string, ...words: readonly string[]) =>
  (await labctl('client', node, '--', ...words)).out;
const nodes = async () =>
  (JSON.parse((await labctl('status', '-o', 'json')).out) as LabStatus).nodes;
const detail = async (name: string) => (await nodes()).find((node) => node.name === name)?.detail;

beforeAll(async () => {
  const { stdout } = await execa(
    'git',
    ['ls-files', '--cached', '--others', '--exclude-standard'],
    {
      cwd: root,
    },
  );
  const kept = /^(src|templates|images|examples|(package|tsconfig)\.json|rolldown\.config\.js)/;
  for (const file of stdout.split('\n').filter((path) => kept.test(path))) {
    mkdirSync(dirname(join(clone, file)), { recursive: true });
    cpSync(join(root, file), join(clone, file));
  }
  symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'));
  cpSync(join(root, 'test/add-a-system'), clone, { recursive: true });
  const index = join(clone, 'src/systems/index.ts');
  const added = readFileSync(index, 'utf8')
    .replace(/^import/m, "import { redis } from './redis.ts';\nimport")
    .replace('System>> = {', 'System>> = { redis,');
  writeFileSync(index, added);
  await execa('npm', ['run', 'build'], { cwd: clone });
  const up = await labctl('up', 'redis');
  expect(up.status, up.err).toBe(0);
});
afterAll(async () => {
  await labctl('down');
  rmSync(clone, { recursive: true });
  expect(await leftovers(NAME)).toEqual([]);
});

test('the stack is there, and the replica is linked to its primary through a proxy', async () => {
  expect((await labctl('stacks')).out).toMatch(/^redis +Redis with one replica/m);
  expect((await nodes()).map(({ name, leader, health }) => [name, leader, health])).toEqual([
    ['redis-1', true, 'healthy'],
    ['redis-2', false, 'healthy'],
  ]);
  expect(await redis('redis-1', 'SET', 'greeting', 'hello')).toBe('OK');
  await expect.poll(() => redis('redis-2', 'GET', 'greeting')).toBe('hello');
});

test('a replica that is cut off lags, says so, and catches up after heal', async () => {
  expect((await labctl('partition', '--isolate', 'primary')).out).toContain('redis-2:redis-1');
  expect(await redis('redis-1', 'SET', 'greeting', 'bonjour')).toBe('OK');
  expect(await redis('redis-2', 'GET', 'greeting')).toBe('hello');
  const lost = () => detail('redis-2');
  await expect.poll(lost, { timeout: 30_000 }).toBe('no link to the primary');
  expect((await labctl('heal')).status).toBe(0);
  const value = () => redis('redis-2', 'GET', 'greeting');
  await expect.poll(value, { timeout: 30_000 }).toBe('bonjour');
  expect((await labctl('wait', '--for', 'healthy')).status).toBe(0);
});

test('one more replica has what was written before it came', async () => {
  const scaled = await labctl('scale', 'redis=3');
  expect(scaled.status, scaled.err).toBe(0);
  expect(await redis('redis-3', 'GET', 'greeting')).toBe('bonjour');
});
