// A cluster of the TiDB family grows and shrinks on a real engine, with a stand-in in place of its
// programs (test/stand-in: no database): which steps are taken in which order, who dials whom then,
// and that no other container is touched. What the programs make of it is test/upstream/.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LabStatus } from '../../src/lab/status.ts';
import { buildStandIn } from '../stand-in/build.ts';
import { dialled, tellAll } from '../stand-in/told.ts';
import { docker, markLeaving, startLab, type TestLab } from './labctl.ts';

const small = fileURLToPath(new URL('../stand-in/small.yaml', import.meta.url));
const toml = fileURLToPath(new URL('../stand-in/tikv.toml', import.meta.url));
const LIMIT = { timeout: 30_000, interval: 500 };

let lab: TestLab;
let founders: Record<string, string>;
beforeAll(async () => {
  await buildStandIn();
  lab = await startLab('labctl-test-tidbscale', '-f', small);
  founders = await containers();
});
afterAll(() => lab?.[Symbol.asyncDispose]());

const status = () => lab.json<LabStatus>('status');
const names = async () => (await status()).nodes.map(({ name }) => name);

async function containers(): Promise<Record<string, string>> {
  const filter = ['--filter', `label=labctl.lab=${lab.name}`];
  const lines = await docker('ps', '-a', '--no-trunc', '--format', '{{.Names}} {{.ID}}', ...filter);
  return Object.fromEntries(lines.split('\n').map((line) => line.split(' ')));
}

/** Every declared edge carries traffic, and nobody dials who is not there. */
async function expectAllThrough() {
  const { edges, nodes } = await status();
  const there = nodes.map(({ name }) => name);
  const peers = edges.filter(({ from }) => from !== 'host').map(({ name }) => name);
  const seen = async () => {
    const { through, failing } = await dialled(lab);
    return { through, failing: failing.filter((name) => there.includes(name.split(':')[1]!)) };
  };
  await expect.poll(seen, LIMIT).toEqual({ through: peers.sort(), failing: [] });
}

/** Of the PD that leads in the eyes of pd-1: `tikv-4 5 Up`. */
async function stores(): Promise<string[]> {
  const url = await lab.url('pd-1');
  const response = await fetch(`${url}/pd/api/v1/stores?state=0&state=1&state=2`);
  const told = (await response.json()) as {
    stores: { store: { id: number; address: string; state_name: string } }[];
  };
  return told.stores
    .map(({ store: { id, address, state_name: state } }) => `${address} ${id} ${state}`)
    .sort();
}

test('what cannot be is refused, and nothing is touched', async () => {
  const cases: [words: string, said: string][] = [
    ['tikv=0', 'tikv.count must be 1 or more, not 0'],
    ['pd=0', 'pd.count must be 1 or more, not 0'],
    ['tiflash=26', 'tiflash.count must be a whole number from 0 to 25, not 26'],
    ['etcd=2', 'labctl scale pd=1 tikv=3 tidb=1 tiflash=0 ticdc=0'],
    ['tikv=2', 'tikv-3 cannot go: PD keeps 3 replicas by pd/default, and 2 other stores are Up'],
    ['tikv=1 tidb=2', 'tikv-2 tikv-3 cannot go: PD keeps 3 replicas by pd/default, and 1 other'],
    ['tikv=2 --dry-run', 'tikv-3 cannot go'],
  ];
  for (const [words, said] of cases) {
    const ran = await lab.run('scale', ...words.split(' '));
    expect(ran.err).toContain(said);
    expect(ran.status).toBe(2);
  }
  for (const words of [[], ['--dry-run']]) {
    const set = ['--set', 'tikv.count=2', '--set', 'tidb.environment={A: b}'];
    const ran = await lab.run('up', '-f', small, ...set, ...words);
    expect([ran.status, ran.err]).toEqual([2, expect.stringContaining('tikv-3 cannot go')]);
  }
  expect(await containers()).toEqual(founders);
  expect((await status()).healthy).toBe(true);
});

test('one PD becomes three, three stores four: the others run on, and find the new ones', async () => {
  const ran = await lab.run('scale', 'pd=3', 'tikv=4');
  expect(ran.status, ran.err).toBe(0);
  expect(ran.out).toContain('3 new nodes: pd-2 pd-3 tikv-4');
  expect(await containers()).toMatchObject(founders);
  const { healthy, nodes } = await status();
  expect(healthy).toBe(true);
  expect(nodes.find(({ leader }) => leader)!.facts).toMatchObject({ stores: 4, storesUp: 4 });
  const told = await tellAll(lab);
  const words = (name: string) => told.find(({ own }) => own === name)!.words;
  expect(words('pd-3')).toContain('--join=http://pd-1:2379,http://pd-2:2379');
  expect(words('pd-1')).toContain('--initial-cluster=pd-1=http://pd-1:2380');
  expect(words('tikv-1')).toContain('--pd-endpoints=pd-1:2379');
  await expectAllThrough();
});

test('a store and a PD that joined get another program; the others stay', async () => {
  const before = await containers();
  await docker('tag', 'labctl-test/stand-in', 'labctl-test/stand-in:other');
  const change = ['--image', 'labctl-test/stand-in:other', '--set', 'config.own.key=1'];
  const ran = await lab.run('replace', 'tikv-1', 'pd-2', ...change);
  expect(ran.status, ran.err).toBe(0);
  const replaced = ['tikv-1', 'pd-2'].map((name) => `${lab.name}-${name}-1`);
  const after = await containers();
  for (const [name, id] of Object.entries(before))
    expect(after[name] === id, name).toBe(!replaced.includes(name));
  const told = await tellAll(lab);
  const pd = told.find(({ own }) => own === 'pd-2')!;
  expect(pd.words).toContain('--join=http://pd-1:2379');
  expect(pd.config).toContain('[own]\nkey = 1');
  expect((await lab.run('wait', '--for', 'healthy')).status).toBe(0);
  expect((await lab.run('replace', 'pd-2', '--set', `config=${toml}`)).status).toBe(0);
  const filed = (await tellAll(lab)).find(({ own }) => own === 'pd-2')!;
  expect(filed.config).toContain('raft-log-gc-threshold = 50');
  const key = await lab.run('replace', 'pd-2', '--set', 'config.own.key=1');
  expect(key.err).toContain('--set config.own.key=1: config is a text, which has no keys to set');
  const none = await lab.run('replace', 'pd-2', '--set', 'config=nowhere.toml');
  expect([key.status, none.status]).toEqual([2, 2]);
  expect((await lab.run('replace', 'tikv-1', 'pd-2', '--reset')).status).toBe(0);
  await docker('rmi', 'labctl-test/stand-in:other');
  await expectAllThrough();
});

test('a scale in that was broken off goes on; the same name comes back as another store', async () => {
  const first = (await stores()).find((each) => each.startsWith('tikv-4'))!;
  const broken = await lab.run('scale', 'tikv=3', '--timeout', '1s');
  expect(broken.err).toMatch(/tikv-4 is still leaving after 1s: Offline, \d+ regions left/);
  expect(broken.status).toBe(125);
  expect((await status()).reason).toBe('3 of 4 stores are Up tikv-4 Offline');
  const ran = await lab.run('scale', 'tikv=3');
  expect(ran.out, ran.err).toContain('scaled tikv from 4 to 3');
  expect((await stores()).map((each) => each.split(':')[0])).toEqual([
    'tikv-1',
    'tikv-2',
    'tikv-3',
  ]);
  const back = await lab.run('scale', 'tikv=4');
  expect(back.status, back.err).toBe(0);
  const second = (await stores()).find((each) => each.startsWith('tikv-4'))!;
  expect(second).toContain('Up');
  expect(second).not.toBe(first);
});

test('who is wanted again after a scale in was broken off comes anew', async () => {
  const first = (await stores()).find((each) => each.startsWith('tikv-4'))!;
  expect((await lab.run('scale', 'tikv=3', '--timeout', '1s')).status).toBe(125);
  const left = await fetch(`${await lab.url('pd-1')}/pd/api/v1/members/id/3`, { method: 'DELETE' });
  expect(left.status).toBe(200);
  await markLeaving(lab.name, 'pd-3');
  const ran = await lab.run('scale', 'pd=3', 'tikv=4');
  expect(ran.out, ran.err).toMatch(/scaled pd from 2 to 3\nscaled tikv from 3 to 4\n/);
  expect((await stores()).find((each) => each.startsWith('tikv-4'))).not.toBe(first);
  expect((await status()).healthy).toBe(true);
});

test('up does the same by a stack file, after it has shown it; the PD that leads goes', async () => {
  const { nodes: before } = await status();
  expect(before.find(({ leader }) => leader)!.name).toBe('pd-1');
  const url = await lab.url('pd-1');
  await fetch(`${url}/pd/api/v1/leader/transfer/pd-3`, { method: 'POST' });
  const leaders = async () => (await status()).nodes.filter(({ leader }) => leader);
  await expect.poll(async () => (await leaders()).map(({ name }) => name), LIMIT).toEqual(['pd-3']);
  const folder = await mkdtemp(join(tmpdir(), 'labctl-test-'));
  const file = join(folder, 'stack.yaml');
  const text = await readFile(small, 'utf8');
  await writeFile(file, text.replace('tiflash: { count: 0', 'tiflash: { count: 1'));
  const plan = await lab.run('up', '-f', file, '--dry-run');
  expect(plan.out).toContain('remove   node pd-3  its edges and its data');
  expect(plan.out).toMatch(/create +node tiflash-1/);
  const ran = await lab.run('up', '-f', file);
  await rm(folder, { recursive: true });
  expect(ran.status, ran.err).toBe(0);
  expect(ran.err).toContain('scaling from 3 to 1');
  expect(await names()).toEqual(['pd-1', 'tikv-1', 'tikv-2', 'tikv-3', 'tidb-1', 'tiflash-1']);
  expect((await status()).healthy).toBe(true);
  await expectAllThrough();
});

test('the roles of SQL come from none and go', async () => {
  const ran = await lab.run('scale', 'tiflash=0', 'tidb=2', 'ticdc=1');
  expect(ran.status, ran.err).toBe(0);
  expect(await names()).toEqual([
    'pd-1',
    'tikv-1',
    'tikv-2',
    'tikv-3',
    'tidb-1',
    'tidb-2',
    'ticdc-1',
  ]);
  await expectAllThrough();
});

test('up takes back all that scale has done, and then has nothing to do', async () => {
  expect((await lab.run('up', '-f', small)).status).toBe(0);
  expect(await names()).toEqual(['pd-1', 'tikv-1', 'tikv-2', 'tikv-3', 'tidb-1']);
  const untouched = Object.entries(founders).filter(([name]) => name !== `${lab.name}-tikv-1-1`);
  expect(await containers()).toMatchObject(Object.fromEntries(untouched));
  expect((await lab.run('up', '-f', small)).out).toContain('already up: nothing to do');
});
