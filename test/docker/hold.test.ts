// Held partitions and WAN latencies on a real cluster.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { FaultChange, HoldEvent, LabStatus, WanChange } from '../../src/index.ts';
import { docker, leaderOf, main, put, startLab, type TestLab } from './labctl.ts';

const ZONES = 'zones={eu: [etcd-1, etcd-2], us: [etcd-3]}';
const SETTLE_LIMIT_MS = 15_000;

let lab: TestLab;
beforeAll(async () => {
  lab = await startLab('labctl-test-hold', 'etcd-3node', '--set', ZONES);
});
afterEach(async () => void (await lab?.run('heal', '--wait')));
afterAll(() => lab?.[Symbol.asyncDispose]());

const faults = async () => (await lab.json<{ faults: object[] }>('fault', 'ls')).faults;

/** Holds a partition to its end and gives back what it printed, line by line. */
async function hold(...words: string[]) {
  const ran = await lab.run('partition', ...words, '-o', 'json');
  const events = ran.out
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as HoldEvent);
  return { ...ran, events };
}

const kinds = (events: readonly HoldEvent[]) => events.map(({ event }) => event);

test('the zones of the stack are shown, and are on the containers', async () => {
  const { nodes } = await lab.json<LabStatus>('status');
  expect(nodes.map(({ zone }) => zone)).toEqual(['eu', 'eu', 'us']);
  expect((await lab.run('status')).out).toMatch(/^NODE +ZONE +ROLE/m);
  const label = ['-f', `label=labctl.lab=${lab.name}`, '-f', 'label=labctl.zone=us'];
  expect(await docker('ps', ...label, '--format', '{{.Label "labctl.node"}}')).toBe('etcd-3');
});

test('--until leader-changed ends when another leads, healed', async () => {
  const old = await leaderOf(lab);
  const { status, err, events } = await hold('--isolate', 'leader', '--until', 'leader-changed');
  expect(status, err).toBe(0);
  expect(kinds(events)).toEqual(['started', 'cut', 'met', 'healed']);
  expect(events[1]!.change!.resolved).toEqual({ leader: old });
  expect(events[2]!.met).toMatch(new RegExp(`^leader ${old} -> etcd-`));
  expect(await faults()).toEqual([]);
});

test('--until log sees the line of a node; what does not come ends with 1, healed', async () => {
  const follower = (await leaderOf(lab)) === 'etcd-1' ? 'etcd-2' : 'etcd-1';
  const line = `log@${follower}=starting a new election`;
  const met = await hold(follower, '--until', line, '--timeout', '30s');
  expect(met.status, met.err).toBe(0);
  expect(met.events[2]!.met).toContain(`${follower}: `);

  const never = await hold(follower, '--until', 'log=no such line', '--timeout', '1s');
  expect(never.status).toBe(1);
  expect(never.err).toContain('wait-timeout');
  expect(kinds(never.events)).toEqual(['started', 'cut', 'healed']);
  expect(await faults()).toEqual([]);
});

test('--until lag counts the entries that a member is behind', async () => {
  const url = await lab.url('etcd-2');
  const behind = hold('etcd-1', '--until', 'lag>20', '--timeout', '30s');
  await expect.poll(faults, { timeout: SETTLE_LIMIT_MS }).not.toEqual([]);
  await expect
    .poll(
      () =>
        put(url, 'ready', '1').then(
          () => true,
          () => false,
        ),
      { timeout: SETTLE_LIMIT_MS },
    )
    .toBe(true);
  for (let entry = 0; entry < 30; entry += 1) await put(url, 'lag', String(entry));
  const { status, err, events } = await behind;
  expect(status, err).toBe(0);
  expect(events[2]!.met).toMatch(/^etcd-1 is \d+ entries behind$/);
});

test('--chase goes with the leadership from node to node', async () => {
  const { status, err, events } = await hold('--isolate', 'leader', '--chase', '--for', '6s');
  expect(status, err).toBe(0);
  const cut = events.filter(({ event }) => event === 'cut').map(({ node }) => node);
  expect(cut.length).toBeGreaterThanOrEqual(2);
  cut.forEach((node, i) => {
    expect(node).not.toBe(cut[i + 1]);
  });
  expect(await faults()).toEqual([]);
});

test('--flap alternates on the same edges and ends healed', async () => {
  const times = ['--flap', 'on=500ms,off=300ms,jitter=20%', '--for', '2s'];
  const { status, err, events } = await hold('--isolate', 'leader', ...times);
  expect(status, err).toBe(0);
  const phases = kinds(events).slice(1);
  expect(phases.length).toBeGreaterThanOrEqual(4);
  phases.forEach((kind, i) => {
    expect(kind).toBe(i % 2 ? 'healed' : 'cut');
  });
  expect(phases.at(-1)).toBe('healed');
  const edges = events.flatMap(({ event, change }) => (event === 'cut' ? [change!.edges] : []));
  for (const cut of edges) expect(cut).toEqual(edges[0]);
  expect(await faults()).toEqual([]);
});

test('--rolling isolates one node after the other', async () => {
  const { status, err, events } = await hold('--rolling', '500ms', '--for', '2s');
  expect(status, err).toBe(0);
  const nodes = events.filter(({ event }) => event === 'cut').map(({ node }) => node);
  expect(nodes.slice(0, 4)).toEqual(['etcd-1', 'etcd-2', 'etcd-3', 'etcd-1']);
});

/** A labctl in the foreground that cuts and then is ended by a signal. */
async function endBy(signal: NodeJS.Signals, ...words: string[]): Promise<number | null> {
  const args = [main, 'partition', ...words, '--lab', lab.name];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  await once(child.stdout, 'data'); // the first line is the first cut
  child.kill(signal);
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode;
}

test('Ctrl-C heals and ends with 130', async () => {
  expect(await endBy('SIGINT', 'etcd-1', '--flap', 'on=20s,off=1s')).toBe(130);
  expect(await faults()).toEqual([]);
});

test('when labctl is killed the proxies heal by themselves', async () => {
  await endBy('SIGKILL', 'etcd-1', '--until', 'log=no such line', '--timeout', '2s');
  expect(await faults()).toHaveLength(4);
  await expect.poll(faults, { timeout: SETTLE_LIMIT_MS, interval: 500 }).toEqual([]);
});

test('what is held takes away nothing but its own faults', async () => {
  const latency = ['fault', 'add', 'latency', '--from', 'host', '--to', 'etcd-3', 'delay=1ms'];
  const { faults: ids } = await lab.json<FaultChange>(...latency);
  await hold('etcd-1', '--flap', 'on=200ms,off=200ms', '--for', '500ms');
  expect(await faults()).toMatchObject([{ id: ids[0] }]);
});

test('words that do not go together are refused, and nothing is cut', async () => {
  const bad: [string[], RegExp][] = [
    [['etcd-1', '--flap', 'on=2s'], /--flap on=2s: off is missing/],
    [['etcd-1', '--until', 'never'], /"never" is no condition/],
    [['etcd-1', '--until', 'log@etcd-9=x'], /has no node "etcd-9"/],
    [['--isolate', 'leader', '--chase'], /nothing ends this: say --for or --until/],
  ];
  for (const [words, message] of bad) {
    const ran = await lab.run('partition', ...words);
    expect(ran.status, ran.err).toBe(2);
    expect(ran.err).toMatch(message);
  }
  expect(await faults()).toEqual([]);
});

/** How long a member that is asked to write takes at least, of a few tries. */
async function fastestPutMs(node: string): Promise<number> {
  const url = await lab.url(node);
  let fastestMs = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5; round += 1) {
    const startedMs = performance.now();
    await put(url, 'wan', String(round));
    fastestMs = Math.min(fastestMs, performance.now() - startedMs);
  }
  return fastestMs;
}

test('wan: a write from another region takes the round trip, and off takes it away', async () => {
  const laid = await lab.json<WanChange>('wan', '2-dc', '--jitter', '0', '--scale', '10');
  expect(laid.regions).toEqual({
    'etcd-1': 'eu-west',
    'etcd-2': 'eu-west',
    'etcd-3': 'eu-central',
  });
  expect(laid.edges).toHaveLength(4);
  expect(laid.rttMs['eu-west']!['eu-central']).toBe(130);
  expect((await lab.run('wait')).status).toBe(0);
  // Whoever leads, etcd-3 has no quorum in its own region.
  expect(await fastestPutMs('etcd-3')).toBeGreaterThanOrEqual(130);

  const scaled = await lab.json<WanChange>('wan', '2-dc', '--zones', 'us=eu-west');
  expect(scaled.regions['etcd-1']).toBe('eu-central');
  const ids = (await faults()) as { id: string }[];
  expect(new Set(ids.map(({ id }) => id))).toEqual(new Set(['wan']));
  const tried = await lab.run('heal', '--dry-run');
  expect(tried.err).toContain('notice: the wan goes too; labctl wan PRESET lays it again');
  expect((await lab.run('wan', 'off')).out).toBe('took the wan off 4 edges');
  expect((await lab.run('wan', 'off')).out).toMatch(/nothing to do/);
  expect(await faults()).toEqual([]);
});

test('wan: --host puts the user somewhere, --dry-run changes nothing, bad words are refused', async () => {
  const words = ['wan', '3-region', '--host', 'us-east'];
  const { edges, rttMs } = await lab.json<WanChange>(...words, '--dry-run');
  expect(edges).toContain('host:etcd-3');
  expect(edges).not.toContain('host:etcd-1'); // eu is the first zone, us-east the first region
  expect(rttMs['us-east']!['eu-west']).toBe(76);
  expect(await faults()).toEqual([]);
  for (const [bad, message] of [
    [['5-regon'], /no preset "5-regon"; did you mean "5-region"\?/],
    [['metro', '--host', 'mars'], /no region "mars"/],
  ] as [string[], RegExp][]) {
    const ran = await lab.run('wan', ...bad);
    expect(ran.status, ran.err).toBe(2);
    expect(ran.err).toMatch(message);
  }
});
