// etcd from three members to five and back, while somebody writes: no acknowledged write is lost, and
// no container of the others is touched.
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LabStatus } from '../../src/lab/status.ts';
import {
  docker,
  getLocal,
  leaderOf,
  main,
  markLeaving,
  put,
  startLab,
  type TestLab,
} from './labctl.ts';

const NAME = 'labctl-test-scale';

let lab: TestLab;
let writer: ReturnType<typeof startWriter>;
let founders: Record<string, string>;
beforeAll(async () => {
  lab = await startLab(NAME, 'etcd-3node');
  writer = startWriter(await lab.url('etcd-1'), await lab.url('etcd-2'), await lab.url('etcd-3'));
  founders = await containers();
});
afterAll(async () => {
  await writer?.stop();
  await lab?.[Symbol.asyncDispose]();
});

/** Puts one key after the other, each until some member acknowledges it. */
function startWriter(...members: readonly string[]) {
  let running = true;
  const acknowledged: string[] = [];
  const work = async () => {
    for (let turn = 0; running; turn += 1) {
      const key = `key-${acknowledged.length}`;
      const written = await put(members[turn % members.length]!, key, key, 2_000).then(
        () => true,
        () => false,
      );
      if (written) acknowledged.push(key);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const done = work();
  const stop = async () => {
    running = false;
    await done;
  };
  return { acknowledged, stop };
}

async function containers(): Promise<Record<string, string>> {
  const filter = ['--filter', `label=labctl.lab=${NAME}`];
  const lines = await docker('ps', '-a', '--no-trunc', '--format', '{{.Names}} {{.ID}}', ...filter);
  return Object.fromEntries(lines.split('\n').map((line) => line.split(' ')));
}

test('what cannot be is refused, and a dry run touches nothing', async () => {
  const cases: [word: string, said: string][] = [
    ['etcd=0', 'nodes must be a whole number from 1 to 25, not 0'],
    ['mysql=2', 'there is no mysql to scale'],
    ['etcd', 'is no size'],
    ['etcd=15', 'network etcd-1 is'],
  ];
  const refused = async ([word, said]: [string, string]) => {
    const ran = await lab.run('scale', word);
    expect(ran.err).toContain(said);
    expect(ran.status).toBe(said.startsWith('network') ? 125 : 2);
  };
  await Promise.all(cases.map(refused));
  expect((await lab.run('scale', 'etcd=5', '--dry-run')).out).toContain('etcd-4 etcd-5');
  expect((await lab.run('scale', 'etcd=3')).out).toContain('nothing to do');
  expect(await containers()).toEqual(founders);
});

test('three become five: the others run on, with their faults', async () => {
  await lab.run('fault', 'add', 'latency', '--from', 'etcd-1', '--to', 'etcd-2', 'delay=5ms');
  const ran = await lab.run('scale', 'etcd=5');
  expect(ran.status, ran.err).toBe(0);
  expect(ran.out).toContain('scaled etcd from 3 to 5');
  expect(ran.err).toContain('1 edge has faults, which stay there; the edges of etcd-4 etcd-5');
  expect(await containers()).toMatchObject(founders);
  const { healthy, nodes, edges } = await lab.json<LabStatus>('status');
  expect([healthy, nodes.length, edges.length]).toEqual([true, 5, 25]);
  const faulty = edges.filter(({ faults }) => faults.length).map(({ name }) => name);
  expect(faulty).toEqual(['etcd-1:etcd-2']);
  const members = await lab.run('client', 'etcd-5', '--', 'member', 'list');
  expect(members.out.match(/, started, .*, false$/gm), members.out).toHaveLength(5);
});

test('up with the same size does nothing; of another size it says what it would do', async () => {
  const before = await containers();
  const [again, plan] = await Promise.all([
    lab.run('up', 'etcd-5node'),
    lab.run('up', 'etcd-3node', '--dry-run'),
  ]);
  expect(again.out).toContain('already up: nothing to do');
  expect(plan.out).toContain('remove   node etcd-5  its edges and its data');
  expect(plan.out).not.toMatch(/^ +(create|recreate|start)/m);
  expect(await containers()).toEqual(before);
});

test('back to three by a stack file, the leader among those that go', async () => {
  const list = await lab.run('client', 'etcd-1', '--', 'member', 'list');
  const id = /^(\w+), started, etcd-5,/m.exec(list.out)![1]!;
  const leader = await leaderOf(lab);
  if (leader !== 'etcd-5') await lab.run('client', leader!, '--', 'move-leader', id);
  const ran = await lab.run('up', 'etcd-3node');
  expect(ran.status, ran.err).toBe(0);
  expect(ran.err).toContain('scaling from 5 to 3');
  expect(await containers()).toEqual(founders);
  const filter = ['--filter', `label=labctl.lab=${NAME}`];
  expect((await docker('volume', 'ls', '-q', ...filter)).split('\n')).toHaveLength(3);
  expect((await docker('network', 'ls', '-q', ...filter)).split('\n')).toHaveLength(4);
});

test('one that is killed before the new member has a container is gone on with', async () => {
  const scaling = execa('node', [main, 'scale', 'etcd=4', '--lab', NAME], { reject: false });
  // Its proxies run: a compose that is cut short while it attaches them may leak a network (moby
  // 42119).
  const there = ['ps', '-q', '--filter', `network=${NAME}_etcd-4`];
  const proxies = async () => (await docker(...there)).split('\n').length;
  await expect.poll(proxies, { timeout: 60_000, interval: 50 }).toBeGreaterThanOrEqual(7);
  scaling.kill('SIGKILL');
  await scaling;
  const again = await lab.run('scale', 'etcd=4', '--timeout', '60s');
  expect(again.status, again.err).toBe(0);
  expect((await lab.json<LabStatus>('status')).healthy).toBe(true);
  expect((await lab.run('scale', 'etcd=3')).status).toBe(0);
  expect(await containers()).toEqual(founders);
});

test.each([
  ['scale', 'etcd=3'],
  ['up', 'etcd-3node'],
])('a member that has left when labctl ends comes anew, by %s %s', async (...words) => {
  const members = async () => (await lab.run('client', 'etcd-1', '--', 'member', 'list')).out;
  const [id] = (await members())
    .split('\n')
    .find((line) => line.includes('etcd-3'))!
    .split(',');
  // etcd refuses it for 5 s after another change.
  const remove = async () =>
    (await lab.run('client', 'etcd-1', '--', 'member', 'remove', id!)).status;
  await expect.poll(remove, { timeout: 20_000, interval: 500 }).toBe(0);
  const plan = async (...words: readonly string[]) => (await lab.run(...words, '--dry-run')).out;
  const removal = 'remove   node etcd-3  its edges and its data';
  expect(await plan('scale', 'etcd=3')).toContain('nothing to do'); // labctl was not told to
  expect(await plan('up', 'etcd-3node')).not.toContain(removal);
  await markLeaving(NAME, 'etcd-3');
  expect(await plan('scale', 'etcd=3')).toContain('would scale etcd from 2 to 3');
  const again = await plan('up', 'etcd-3node');
  expect(again).toContain(removal);
  expect(again).toMatch(/create +node etcd-3 /);
  const ran = await lab.run(...words);
  expect(ran.status, ran.err).toBe(0);
  expect(ran.err).toMatch(/etcd-3 +etcd +removed/);
  expect(await containers()).toMatchObject({
    [`${NAME}-etcd-1-1`]: founders[`${NAME}-etcd-1-1`],
    [`${NAME}-etcd-2-1`]: founders[`${NAME}-etcd-2-1`],
  });
  expect((await lab.json<LabStatus>('status')).healthy).toBe(true);
});

test('every write that was acknowledged is there', async () => {
  await writer.stop();
  const { acknowledged } = writer;
  expect(acknowledged.length).toBeGreaterThan(50);
  const url = await lab.url('etcd-3');
  const lost = async () => {
    const read = await Promise.all(acknowledged.map((key) => getLocal(url, key)));
    return acknowledged.filter((key, i) => read[i] !== key);
  };
  await expect.poll(lost, { timeout: 10_000 }).toEqual([]);
});
