// Faults outlive whoever set them: a killed command, a restarted proxy, two commands at once.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { LabStatus } from '../../src/lab/status.ts';
import { docker, labctl, main, startLab, type TestLab } from './labctl.ts';

let lab: TestLab;
beforeAll(async () => {
  lab = await startLab('labctl-test-durability', 'etcd-3node');
});
afterEach(async () => void (await lab?.run('heal')));
afterAll(() => lab?.[Symbol.asyncDispose]());

const proxyOf = (edge: string) =>
  docker(
    'ps',
    '-q',
    '--filter',
    `label=labctl.lab=${lab.name}`,
    '--filter',
    `label=labctl.edge=${edge}`,
  );

async function faultsOf(edge: string) {
  const { edges } = await lab.json<LabStatus>('status');
  return edges.find(({ name }) => name === edge)!.faults;
}

test('--for heals although the command was killed the moment it had set the fault', async () => {
  const words = ['partition', 'etcd-1', '--for', '3s', '--lab', lab.name];
  const child = spawn(process.execPath, [main, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  expect(await faultsOf('etcd-1:etcd-2')).toHaveLength(1);
  await expect.poll(() => faultsOf('etcd-1:etcd-2'), { timeout: 6_000 }).toEqual([]);
  const audit = await docker('logs', await proxyOf('etcd-1:etcd-2'));
  expect(audit.split('\n').map((line) => JSON.parse(line).event)).toEqual(
    expect.arrayContaining(['started', 'set', 'expired']),
  );
});

test('a restarted proxy comes back with its faults, in force before it listens', async () => {
  await lab.run('partition', 'etcd-1', '--mode', 'refuse');
  await lab.run('fault', 'add', 'latency', '--from', 'etcd-1', '--to', 'etcd-2', 'delay=10ms');
  const before = await faultsOf('etcd-1:etcd-2');
  expect(before.map(({ kind }) => kind)).toEqual(['refuse', 'latency']);
  await docker('restart', await proxyOf('etcd-1:etcd-2'));
  expect(await faultsOf('etcd-1:etcd-2')).toEqual(before);
  const dial = 'exec 3<>/dev/tcp/etcd-2/2380';
  const { err } = await lab.run('exec', 'etcd-1', '--', 'bash', '-c', dial);
  expect(err).toContain('Connection refused');
});

test('a restarted proxy drops packets again', async () => {
  await lab.run('partition', 'etcd-1');
  await docker('restart', await proxyOf('etcd-1:etcd-2'));
  const dial = 'exec 3<>/dev/tcp/etcd-2/2380';
  const { status } = await lab.run('exec', 'etcd-1', '--', 'timeout', '2', 'bash', '-c', dial);
  expect(status, 'timeout gives 124').toBe(124);
});

test('commands that cut and heal at once end, on every edge, in what one of them asked for', async () => {
  const rounds = 6;
  const commands = Array.from({ length: rounds }, (_, i) =>
    i % 2
      ? labctl('heal', '--lab', lab.name)
      : labctl('partition', 'etcd-2', '--mode', 'jam', '--lab', lab.name),
  );
  for (const ran of await Promise.all(commands)) expect(ran.status, ran.err).toBe(0);
  const { edges } = await lab.json<LabStatus>('status');
  for (const { name, faults, state } of edges) {
    const touches = name.includes('etcd-2') && !name.startsWith('host:');
    if (!touches) expect(faults, name).toEqual([]);
    expect(faults.every(({ kind, from }) => kind === 'jam' && from === 'partition')).toBe(true);
    expect(state, name).toBe(faults.length ? 'cut' : 'open');
  }
  await lab.run('heal');
  expect((await lab.run('fault', 'ls')).out).toBe('no fault is set');
});

test('a proxy stops in under its limit and says so in its audit trail', async () => {
  const id = await proxyOf('host:etcd-3');
  const startedMs = performance.now();
  await docker('stop', '--time', '10', id);
  expect(performance.now() - startedMs, 'docker would have killed it after 10 s').toBeLessThan(
    5_000,
  );
  const audit = (await docker('logs', id)).trim().split('\n');
  expect(JSON.parse(audit.at(-1)!).event).toBe('stopped');
  const { healthy, reason } = await lab.json<LabStatus>('status');
  expect({ healthy, reason }).toEqual({
    healthy: false,
    reason: expect.stringContaining('host:etcd-3'),
  });
  const up = await lab.run('up', 'etcd-3node');
  expect(up.status, up.err).toBe(0);
  expect(up.out).toContain('ready in');
});
