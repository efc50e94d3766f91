// Cutting the leader off a real cluster, in every mode, and what clients see.
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { FaultChange } from '../../src/lab/faults/fault-change.ts';
import { getLocal, labctl, leaderOf, put, startLab, type TestLab } from './labctl.ts';

const ELECTION_LIMIT_MS = 10_000;
const CATCH_UP_LIMIT_MS = 5_000;

let lab: TestLab;
beforeAll(async () => {
  lab = await startLab('labctl-test-partition', 'etcd-3node');
});
afterEach(async () => void (await lab?.run('heal')));
afterAll(() => lab?.[Symbol.asyncDispose]());

for (const mode of ['drop', 'jam'])
  test(`${mode}: the leader cut off, a new one, heal, and the old one catches up`, async () => {
    const cut = await lab.json<FaultChange>('partition', '--isolate', 'leader', '--mode', mode);
    const old = cut.resolved.leader!;
    expect(cut.edges).toHaveLength(4);
    for (const edge of cut.edges) expect(edge.split(':')).toContain(old);

    const others = ['etcd-1', 'etcd-2', 'etcd-3'].filter((name) => name !== old);
    const fresh = await lab.run(
      'wait',
      ...others,
      '--for',
      'leader',
      '--timeout',
      `${ELECTION_LIMIT_MS}ms`,
    );
    expect(fresh.status, fresh.err).toBe(0);
    const [oldUrl, majorityUrl] = await Promise.all([old, others[0]!].map(lab.url));
    await expect(put(oldUrl!, mode, 'minority', 2_000)).rejects.toThrow();
    const byClient = await lab.run('client', '--', 'put', mode, 'by the one that leads');
    expect(byClient.out, byClient.err).toBe('OK');
    await put(majorityUrl!, mode, 'majority');
    expect(await getLocal(oldUrl!, mode)).toBeUndefined();

    const healed = await lab.json<FaultChange>('heal');
    expect(healed.edges.toSorted()).toEqual(cut.edges.toSorted());
    await expect
      .poll(() => getLocal(oldUrl!, mode), { timeout: CATCH_UP_LIMIT_MS, interval: 50 })
      .toBe('majority');
    const well = await lab.run('wait', '--for', 'healthy', '--timeout', '10s');
    expect(well.status, well.err).toBe(0);
    expect(await leaderOf(lab)).toBeDefined();
  });

test('sides: only edges between them are cut, and status shows which', async () => {
  const cut = await lab.json<FaultChange>('partition', 'etcd-1', 'etcd-2,etcd-3');
  expect(cut.edges.toSorted()).toEqual([
    'etcd-1:etcd-2',
    'etcd-1:etcd-3',
    'etcd-2:etcd-1',
    'etcd-3:etcd-1',
  ]);
  const { out } = await lab.run('status', '--edges');
  expect(out).toMatch(/etcd-1:etcd-2 +cut +drop \(p\w+\)/);
  expect(out).toMatch(/etcd-2:etcd-3 +open +-/);
  const healed = await lab.run('heal', 'etcd-1');
  expect(healed.out).toMatch(/^healed 4 of 5 edges/);
  expect((await lab.run('heal')).out).toMatch(/nothing to do/);
});

test('--dry-run says which edges and cuts none', async () => {
  const { out } = await lab.run('partition', 'etcd-3', '--dry-run');
  expect(out).toMatch(/^would cut 4 of 6 peer edges: .*\(drop\)$/m);
  expect(out).toMatch(/^etcd-3 +x +x +- +nobody$/m);
  expect((await lab.run('fault', 'ls')).out).toBe('no fault is set');
});

test('host edges are cut only when asked for, and labctl still sees the node', async () => {
  const cut = await lab.json<FaultChange>('partition', 'etcd-1', '--edges', 'host');
  expect(cut.edges).toEqual(['host:etcd-1']);
  const url = await lab.url('etcd-1');
  await expect(put(url, 'x', 'y', 1_000)).rejects.toThrow();
  expect((await lab.run('wait', 'etcd-1', '--timeout', '5s')).status).toBe(0);
  await lab.run('heal');
  await put(url, 'x', 'y');
});

test('latency on one edge slows what crosses it, is listed, and goes by its id', async () => {
  const words = ['fault', 'add', 'latency', '--from', 'host', '--to', 'etcd-1', 'delay=150ms'];
  const set = await lab.json<FaultChange>(...words);
  const url = await lab.url('etcd-1');
  const startedMs = performance.now();
  await put(url, 'slow', '1');
  expect(performance.now() - startedMs).toBeGreaterThanOrEqual(300);
  const { faults } = await lab.json<{ faults: object[] }>('fault', 'ls');
  expect(faults).toEqual([
    {
      id: set.faults[0],
      kind: 'latency',
      edge: 'host:etcd-1',
      from: 'fault',
      params: { delay: 150, jitter: 0, dist: 'uniform', corr: 0 },
      seed: set.seed,
      startsAt: null,
      until: null,
      hits: { connections: 1, heldBytes: 0, droppedBytes: 0, droppedPackets: 0 },
    },
  ]);
  expect((await lab.run('fault', 'rm', set.faults[0]!)).out).toContain('removed');
  expect((await lab.run('fault', 'rm', set.faults[0]!)).out).toContain('nothing to do');
});

test('a bad fault or shape is refused with what is allowed, and nothing is set', async () => {
  const bad: [string[], RegExp][] = [
    [['fault', 'add', 'latncy', '--from', 'host', '--to', 'etcd-1'], /did you mean "latency"\?/],
    [['fault', 'add', 'latency', '--from', 'host', '--to', 'etcd-1', 'delay=5'], /5 has no unit/],
    [['fault', 'add', 'latency', '--from', 'host', '--to', 'etcd-1'], /latency needs delay=/],
    [['fault', 'add', 'jam', '--from', 'etcd-1', '--to', 'etcd-9'], /has no node "etcd-9"/],
    [['partition', 'etcd-1,etcd-2,etcd-3'], /all 3 nodes are on one side/],
    [['partition', 'etcd-1', 'etcd-1,etcd-2'], /etcd-1 is named twice/],
    [['partition', 'etcd-9'], /has no node "etcd-9"/],
    [['partition'], /no side is given/],
    [
      ['partition', 'etcd-1', '--mode', 'dorp'],
      /'dorp' is invalid\. Allowed choices are drop, jam, refuse, reset/,
    ],
    [['partition', 'etcd-1', '--for', '3'], /3 has no unit; write 3s or 3ms/],
  ];
  for (const [words, message] of bad) {
    const ran = await lab.run(...words);
    expect(ran.status, ran.err).toBe(2);
    expect(ran.err).toMatch(message);
  }
  expect((await lab.run('fault', 'ls')).out).toBe('no fault is set');
});

test('without a leader there is nothing to isolate: 125 and what every node says', async () => {
  for (const name of ['etcd-1', 'etcd-2']) expect((await lab.run('pause', name)).status).toBe(0);
  await expect
    .poll(async () => (await labctl('status', '--lab', lab.name, '-o', 'json')).out, {
      timeout: 15_000,
      interval: 500,
    })
    .toContain('"detail": "no leader"');
  const ran = await lab.run('partition', '--isolate', 'leader');
  expect(ran.status).toBe(125);
  expect(ran.err).toMatch(
    /no node of lab labctl-test-partition says that it leads {2}\(leader-unknown\)/,
  );
  for (const name of ['etcd-1', 'etcd-2']) expect((await lab.run('unpause', name)).status).toBe(0);
  expect((await lab.run('wait', '--timeout', '15s')).status).toBe(0);
});
