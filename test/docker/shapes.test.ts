// Every shape on a real etcd of five: who still reaches whom is asked of the members, not of labctl.
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { FaultChange } from '../../src/lab/faults/fault-change.ts';
import { docker, leaderOf, put, startLab, type TestLab } from './labctl.ts';

const NAME = 'labctl-test-shapes';
const members = ['etcd-1', 'etcd-2', 'etcd-3', 'etcd-4', 'etcd-5'];
const ELECTION_LIMIT = '15s';
const HEAL_LIMIT = '20s';
const HEAR_MS = 1_000;
const HEAR_TRIES = 3;

let lab: TestLab;
const containers = new Map<string, string>();
/** Member id, in hex as etcd's metrics have it, to name. */
const ids = new Map<string, string>();
beforeAll(async () => {
  lab = await startLab(NAME, 'etcd-5node');
  for (const name of members) {
    const filters = [`label=labctl.lab=${NAME}`, `label=labctl.node=${name}`];
    containers.set(name, await docker('ps', '-q', ...filters.flatMap((f) => ['--filter', f])));
  }
  const list = await docker('exec', containers.get('etcd-1')!, 'etcdctl', 'member', 'list');
  for (const [, id, name] of list.matchAll(/^(\w+), \w+, ([\w-]+),/gm)) ids.set(id!, name!);
});
afterEach(async () => void (await heal()));
afterAll(() => lab?.[Symbol.asyncDispose]());

async function heal() {
  await lab.run('heal');
  const well = await lab.run('wait', '--timeout', HEAL_LIMIT);
  expect(well.status, well.err).toBe(0);
}

/** Those of its peers that answer a member's request for their version within a second. */
async function answersTo(member: string): Promise<string[]> {
  const ask = (peer: string) =>
    `timeout 1 bash -c 'exec 3<>/dev/tcp/${peer}/2379 && printf "GET /version HTTP/1.0\\r\\n\\r\\n" >&3 && grep -q etcdserver <&3' && echo ${peer} &`;
  const script = `${members
    .filter((peer) => peer !== member)
    .map(ask)
    .join('\n')}\nwait`;
  const out = await docker(
    'exec',
    containers.get(member)!,
    'bash',
    '-c',
    `(${script}) 2>/dev/null`,
  );
  return out.split('\n').filter(Boolean).sort();
}

async function answers(): Promise<Record<string, string[]>> {
  const lists = await Promise.all(members.map(answersTo));
  return Object.fromEntries(members.map((name, i) => [name, lists[i]!]));
}

const open = (row: Readonly<Record<string, string>> = {}) =>
  members.filter((name) => row[name] === 'open');

/** Cuts, and holds what members answer against the matrix that was promised. */
async function cut(...args: readonly string[]) {
  const leader = (await leaderOf(lab))!;
  const change = await lab.json<FaultChange>('partition', ...args);
  const heard = await answers();
  for (const name of members)
    expect(heard[name], `${name} after ${args.join(' ')}`).toEqual(
      open(change.reach![name]).sort(),
    );
  return { change, heard, leader };
}

const others = (...not: readonly string[]) => members.filter((name) => !not.includes(name));
const isAlone = (heard: Record<string, string[]>, name: string) =>
  heard[name]!.length === 0 && !Object.values(heard).flat().includes(name);

/** Waits until one of these leads. */
async function won(...names: readonly string[]) {
  const ran = await lab.run('wait', ...names, '--for', 'leader', '--timeout', ELECTION_LIMIT);
  expect(ran.status, ran.err).toBe(0);
}

/** A write through one member; false when it is not acknowledged in time. */
async function writes(member: string, limitMs = 2_000): Promise<boolean> {
  return put(await lab.url(member), 'shape', member, limitMs).then(
    () => true,
    () => false,
  );
}

test('isolate: the leader is alone; from: only that pair; quorum: nobody can lead', async () => {
  const { change, heard, leader } = await cut('--isolate', 'leader');
  expect(change.resolved).toEqual({ leader });
  expect(isAlone(heard, leader)).toBe(true);
  await heal();
  const pair = await cut('--isolate', 'etcd-1', '--from', 'etcd-4');
  expect(pair.heard['etcd-1']).toEqual(['etcd-2', 'etcd-3', 'etcd-5']);
  await heal();
  const { heard: few } = await cut('--isolate', 'quorum', '--seed', '1');
  expect(members.filter((name) => isAlone(few, name))).toHaveLength(3);
});

test('halves, random-halves, minority-third and majority-minority: groups of their sizes', async () => {
  const sizes = (heard: Record<string, string[]>) =>
    members.map((name) => heard[name]!.length + 1).sort();
  expect(sizes((await cut('--halves')).heard)).toEqual([2, 2, 3, 3, 3]);
  await heal();
  expect(sizes((await cut('--random-halves')).heard)).toEqual([2, 2, 3, 3, 3]);
  await heal();
  expect(sizes((await cut('--minority-third')).heard)).toEqual([1, 4, 4, 4, 4]);
  await heal();
  const { heard, leader } = await cut('--majority-minority', '--leader-in', 'minority');
  expect(heard[leader]).toHaveLength(1);
  await won(...others(leader, ...heard[leader]!));
});

test('no-quorum: nobody can write, and after heal everybody can', async () => {
  const { heard } = await cut('--no-quorum');
  for (const name of members) expect(heard[name]!.length).toBeLessThan(2);
  expect(await Promise.all(members.map((name) => writes(name)))).toEqual(members.map(() => false));
  await heal();
  for (const name of members) expect(await writes(name), name).toBe(true);
});

test('bridge and ring: who sees whom', async () => {
  const { heard } = await cut('--bridge', 'etcd-3');
  expect(heard).toEqual({
    'etcd-1': ['etcd-2', 'etcd-3'],
    'etcd-2': ['etcd-1', 'etcd-3'],
    'etcd-3': others('etcd-3'),
    'etcd-4': ['etcd-3', 'etcd-5'],
    'etcd-5': ['etcd-3', 'etcd-4'],
  });
  await heal();
  const { heard: ring } = await cut('--ring');
  for (const name of members) expect(ring[name]).toHaveLength(2);
  expect(new Set(members.map((name) => [name, ...ring[name]!].sort().join())).size).toBe(5);
});

test('star: the leader loses its quorum, and of all only the hub can lead and be written through', async () => {
  const { change, heard, leader } = await cut('--star');
  const hub = change.resolved.follower!;
  expect(hub).not.toBe(leader);
  expect(heard[hub]).toEqual(others(hub));
  for (const name of others(hub)) expect(heard[name]).toEqual([hub]);
  await won(hub);
  expect(await writes(hub, 5_000)).toBe(true);
});

test('constrained-election: the leader is alone, and only the hub wins', async () => {
  const { change, heard, leader } = await cut('--constrained-election');
  const hub = change.resolved.follower!;
  expect(isAlone(heard, leader)).toBe(true);
  expect(heard[hub]).toEqual(others(hub, leader));
  await won(hub);
});

test('chain: the leader is at one end', async () => {
  const { heard, leader } = await cut('--chain');
  const [first, ...rest] = others(leader);
  expect(heard[leader]).toEqual([first]);
  expect(heard[rest.at(-1)!]).toEqual([rest.at(-2)]);
});

test('partial and random: one pair; each edge by itself, and the same for the same seed', async () => {
  const { heard, leader } = await cut('--partial');
  expect(heard[leader]).toHaveLength(3);
  await heal();
  const words = ['--random', '0.3', '--keep-majority', '--seed', '7'];
  const { change } = await cut(...words);
  expect((await lab.json<FaultChange>('partition', ...words, '--dry-run')).edges).toEqual(
    change.edges,
  );
});

test('client-side: this machine sees only the leader, and the members see each other', async () => {
  const { change, leader } = await cut('--client-side', 'leader');
  expect(change.edges).toEqual(others(leader).map((name) => `host:${name}`));
  const reached = await Promise.all(members.map((name) => writes(name)));
  expect(members.filter((_, i) => reached[i])).toEqual([leader]);
});

/** Bytes of raft that a member has had from each other, as it counts them itself. */
async function received(member: string): Promise<Record<string, number>> {
  const script =
    'exec 3<>/dev/tcp/127.0.0.1/2379 && printf "GET /metrics HTTP/1.0\\r\\n\\r\\n" >&3 && cat <&3';
  const text = await docker('exec', containers.get(member)!, 'bash', '-c', script);
  const found = text.matchAll(/^etcd_network_peer_received_bytes_total\{From="(\w+)"\} (\S+)/gm);
  return Object.fromEntries([...found].map(([, id, bytes]) => [ids.get(id!), Number(bytes)]));
}

/** Whether bytes that `from` says come to `to` again and again within a few seconds. */
async function hears(to: string, from: string): Promise<boolean> {
  const before = (await received(to))[from] ?? 0;
  for (let tries = 0; tries < HEAR_TRIES; tries++) {
    await sleep(HEAR_MS);
    if (((await received(to))[from] ?? 0) > before) return true;
  }
  return false;
}

test('deaf and mute: one way, by the bytes that members say they had', async () => {
  const leader = (await leaderOf(lab))!;
  const [silent] = others(leader) as [string];
  await lab.json<FaultChange>('partition', '--mute', silent);
  await sleep(HEAR_MS); // what was on its way arrives
  expect([await hears(silent, leader), await hears(leader, silent)]).toEqual([true, false]);
  await heal();
  await lab.json<FaultChange>('partition', '--deaf', silent);
  await sleep(HEAR_MS);
  // It hears no heartbeat, so it asks for votes, and is heard.
  expect([await hears(leader, silent), await hears(silent, leader)]).toEqual([true, false]);
});

/** A watch that one member keeps open at another: events come down the edge that it dialled. */
function watch(from: string, at: string) {
  const words = ['etcdctl', `--endpoints=http://${at}:2379`, 'watch', '', '--prefix'];
  const process = execa('docker', ['exec', containers.get(from)!, 'timeout', '60', ...words], {
    reject: false,
    buffer: false,
  });
  let seen = '';
  process.stdout.on('data', (data: Buffer) => (seen += data.toString()));
  return {
    has: (value: string) => seen.includes(value),
    [Symbol.dispose]: () => void process.kill('SIGKILL'),
  };
}

test('one way: data stops whoever dialled, dial spares what is open, packet stops both', async () => {
  const [a, b, other] = others((await leaderOf(lab))!) as [string, string, string];
  using fromA = watch(a, b);
  using fromB = watch(b, a);
  await sleep(HEAR_MS); // until both watch
  let count = 0;
  /** Which of the watches see a write of now: those that see it come to the end of what is open. */
  const see = async (wanted: readonly boolean[]) => {
    const value = `event ${count++}`;
    await put(await lab.url(other), 'watched', value);
    const seen = () => [fromA.has(value), fromB.has(value)];
    await expect.poll(seen, { timeout: 10_000, interval: 100 }).toEqual(wanted);
    await sleep(HEAR_MS);
    expect(seen()).toEqual(wanted);
  };
  const cutOneWay = (how: string) =>
    lab.json<FaultChange>('partition', '--partial', `${a},${b}`, '--one-way', how);
  const asks = async () => [(await answersTo(a)).includes(b), (await answersTo(b)).includes(a)];
  await see([true, true]);

  const data = await cutOneWay('data');
  expect(data.edges).toEqual([`${a}:${b}`, `${b}:${a}`].sort());
  expect(await asks()).toEqual([false, false]); // the question is held, or its answer is
  await see([true, false]);
  await heal();

  await cutOneWay('dial');
  expect(await asks()).toEqual([false, true]);
  await see([true, true]);
  await heal();

  await cutOneWay('packet');
  expect(await asks()).toEqual([false, false]);
  await put(await lab.url(other), 'watched', 'unheard');
  await sleep(HEAR_MS);
  expect(fromB.has('unheard')).toBe(false);
});
