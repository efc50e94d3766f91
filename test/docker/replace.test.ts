// Versions and binaries of single nodes: a rolling upgrade, a downgrade that etcd refuses, a binary.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Lab } from '../../src/index.ts';
import type { LabStatus } from '../../src/lab/status.ts';
import { docker, getLocal, put, startLab, type TestLab } from './labctl.ts';

const OLD = ['etcd-3node', '--set', 'version=3.4.23'];

let lab: TestLab;
beforeAll(async () => {
  lab = await startLab('labctl-test-nodes-replace', ...OLD);
});
afterAll(() => lab?.[Symbol.asyncDispose]());

async function containers(): Promise<Record<string, string>> {
  const filter = ['--filter', `label=labctl.lab=${lab.name}`];
  const lines = await docker('ps', '-a', '--no-trunc', '--format', '{{.Names}} {{.ID}}', ...filter);
  return Object.fromEntries(lines.split('\n').map((line) => line.split(' ')));
}

async function version(name: string): Promise<{ etcdserver: string; etcdcluster: string }> {
  return (await (await fetch(`${await lab.url(name)}/version`)).json()) as never;
}

test('one node gets another version; the other containers stay, and so does the change', async () => {
  await put(await lab.url('etcd-1'), 'key', 'kept');
  const before = await containers();
  const dry = await lab.run('replace', 'etcd-2', '--version', '3.5.16', '--dry-run');
  expect(dry.out).toMatch(/^would replace etcd-2: \S+:v3.4.23 -> \S+:v3.5.16$/);
  expect(await containers()).toEqual(before);
  const ran = await lab.run('replace', 'etcd-2', '--version', '3.5.16');
  expect(ran.status, ran.err).toBe(0);
  const after = await containers();
  const own = `${lab.name}-etcd-2-1`;
  expect(after[own]).not.toBe(before[own]);
  expect({ ...after, [own]: '' }).toEqual({ ...before, [own]: '' });
  expect(await getLocal(await lab.url('etcd-2'), 'key')).toBe('kept');
  expect((await lab.run('up', ...OLD)).out).toContain('already up: nothing to do');
  expect((await version('etcd-2')).etcdserver).toBe('3.5.16');
  const { nodes } = await lab.json<LabStatus>('status');
  expect(nodes.map(({ replaced }) => replaced)).toEqual([null, { version: '3.5.16' }, null]);
  expect((await lab.run('status', '-o', 'wide')).out).toMatch(/REPLACED(.*\n)*.*version 3.5.16/);
});

test('a rolling upgrade of the others; then etcd refuses the way back and says why', async () => {
  const opened = await Lab.open(lab.name);
  const { changed, unchanged } = await opened.replace(['etcd-1', 'etcd-2', 'etcd-3'], {
    version: '3.5.16',
  });
  expect(changed.map(({ node }) => node)).toEqual(['etcd-1', 'etcd-3']);
  expect(unchanged).toEqual(['etcd-2']);
  const cluster = async () => (await version('etcd-1')).etcdcluster;
  await expect.poll(cluster, { timeout: 30_000 }).toBe('3.5.0');
  const down = await lab.run('replace', 'etcd-3', '--reset');
  expect(down.status).toBe(125);
  expect(down.err).toContain('node etcd-3 of lab labctl-test-nodes-replace ended');
  expect(down.err).toContain('invalid downgrade; server version is lower');
  expect(down.err).toContain('hint: labctl replace etcd-3 --version 3.5.16');
  const back = await lab.run('replace', 'etcd-3', '--version', '3.5.16');
  expect(back.status, back.err).toBe(0);
  expect(await getLocal(await lab.url('etcd-3'), 'key')).toBe('kept');
});

test('a binary is mounted over that of the image, with flags of the node alone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'labctl-test-'));
  const binary = join(folder, 'etcd');
  await docker('cp', '-L', `${lab.name}-etcd-1-1:/usr/local/bin/etcd`, binary);
  const set = ['--set', 'flags.snapshot-count=100'];
  const ran = await lab.run('replace', 'etcd-1', '--binary', binary, ...set);
  expect(ran.status, ran.err).toBe(0);
  const info = await docker('inspect', `${lab.name}-etcd-1-1`);
  expect(info).toContain(`"Source": "${binary}"`);
  expect(info).toContain('"--snapshot-count=100"');
  expect((await lab.run('replace', 'etcd-1', '--version', '3.5.16')).status).toBe(0);
  const { nodes } = await lab.json<LabStatus>('status', 'etcd-1');
  expect(nodes[0]!.replaced).toEqual({ version: '3.5.16', flags: { 'snapshot-count': '100' } });
  await rm(folder, { recursive: true });
});

test('what cannot be put there is refused before anything is touched', async () => {
  const before = await containers();
  const cases: [words: string[], said: string][] = [
    [[], 'say what to replace'],
    [['--version', '3.5'], 'a version is written like 3.5.16'],
    [['--binary', '/no/such/etcd'], 'there is no file /no/such/etcd'],
    [['--set', 'disk=256m'], 'a disk cannot change under its data'],
    [['--set', 'nodes=5'], 'unknown key "nodes"'],
    [['--version', '3.5.16', '--reset'], 'say what to replace'],
  ];
  for (const [words, said] of cases) {
    const ran = await lab.run('replace', 'etcd-2', ...words);
    expect(ran.status, said).toBe(2);
    expect(ran.err).toContain(said);
  }
  const unsized = await lab.run('fill', 'etcd-2');
  expect(unsized.status).toBe(2);
  expect(unsized.err).toContain('(disk-unsized)');
  expect(await containers()).toEqual(before);
});
