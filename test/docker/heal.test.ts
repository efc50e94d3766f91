// Heal converges, whatever happened to faults, proxies and labctl before.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { FaultChange } from '../../src/index.ts';
import { docker, main, startLab, type TestLab } from './labctl.ts';

interface SetFault {
  readonly id: string;
  readonly edge: string;
  readonly hits: object;
}

let lab: TestLab;
beforeAll(async () => {
  lab = await startLab('labctl-test-heal', 'etcd-3node');
});
afterEach(async () => void (await lab?.run('heal')));
afterAll(() => lab?.[Symbol.asyncDispose]());

/** All that is set, without what it has hit so far. */
async function faults() {
  const { faults: all } = await lab.json<{ faults: SetFault[] }>('fault', 'ls');
  return all.map(({ hits, ...fault }) => fault);
}

const proxyOf = (edge: string) =>
  docker('ps', '-aq', '-f', `label=labctl.lab=${lab.name}`, '-f', `label=labctl.edge=${edge}`);
const addLatency = (from: string, to: string) =>
  lab.json<FaultChange>('fault', 'add', 'latency', '--from', from, '--to', to, 'delay=20ms');

test('--wait returns when the lab is healthy again and says how long that took', async () => {
  await lab.json('partition', '--isolate', 'leader');
  const healed = await lab.json<FaultChange & { healthyAfterMs: number }>('heal', '--wait');
  expect(healed.edges).toHaveLength(4);
  expect(healed.healthyAfterMs).toBeGreaterThanOrEqual(0);
  expect((await lab.run('status', '--check')).status).toBe(0);
  expect((await lab.run('heal', '--wait')).out).toMatch(/nothing to do\nhealthy after \d+\.\ds$/);
});

test('--wait ends with 1 when something else keeps the lab from being healthy', async () => {
  expect((await lab.run('pause', 'etcd-3')).status).toBe(0);
  await lab.json('partition', 'etcd-1');
  const ran = await lab.run('heal', '--wait', '--timeout', '1s');
  expect(ran.status).toBe(1);
  expect(ran.err).toMatch(/not healthy within 1s: .*etcd-3.*\(wait-timeout\)/);
  expect(await faults()).toEqual([]);
  expect((await lab.run('unpause', 'etcd-3')).status).toBe(0);
});

test('a proxy that was restarted has its fault again, and heal takes it away', async () => {
  await lab.json('partition', 'etcd-1');
  const before = await faults();
  await docker('restart', '-t', '0', await proxyOf('etcd-1:etcd-2'));
  expect(await faults()).toEqual(before);
  expect((await lab.json<FaultChange>('heal')).edges).toHaveLength(4);
  expect(await faults()).toEqual([]);
});

test('labctl killed in the middle of a partition leaves nothing that heal does not undo', async () => {
  for (const afterMs of [180, 220, 260, 300, 350]) {
    const words = ['partition', 'etcd-1', '--edges', 'all', '--lab', lab.name];
    const killed = spawn(process.execPath, [main, ...words], { stdio: 'ignore' });
    await sleep(afterMs);
    killed.kill('SIGKILL');
    if (killed.exitCode === null && killed.signalCode === null) await once(killed, 'exit');
    expect((await lab.run('heal')).status).toBe(0);
    expect(await faults()).toEqual([]);
  }
});

test('two users who set and heal at the same time both get through', async () => {
  const user = async (node: string) => {
    for (let round = 0; round < 5; round += 1) {
      const set = await lab.run('partition', node, '--edges', 'all');
      expect(set.status, set.err).toBe(0);
      const healed = await lab.run('heal');
      expect(healed.status, healed.err).toBe(0);
    }
  };
  await Promise.all([user('etcd-1'), user('etcd-2')]);
  expect((await lab.run('heal')).status).toBe(0);
  expect(await faults()).toEqual([]);
  expect((await lab.run('wait', '--timeout', '10s')).status).toBe(0);
});

test('a proxy that is stopped is named, all others are healed, and it heals when it is back', async () => {
  await lab.json('partition', 'etcd-1');
  const proxy = await proxyOf('etcd-1:etcd-2');
  await docker('stop', '-t', '1', proxy);
  const healed = await lab.run('heal');
  expect(healed.status).toBe(125);
  expect(healed.err).toMatch(/etcd-1:etcd-2.*all other edges are done {2}\(proxy-unreachable\)/);
  await docker('start', proxy);
  const left = await faults();
  expect(left.map(({ edge }) => edge)).toEqual(['etcd-1:etcd-2']);
  expect((await lab.json<FaultChange>('heal')).edges).toEqual(['etcd-1:etcd-2']);
  expect(await faults()).toEqual([]);
});

test('taking one id away leaves the other faults exactly as they were set', async () => {
  await addLatency('etcd-1', 'etcd-2');
  const { faults: ids } = await lab.json<FaultChange>('partition', 'etcd-1', '--for', '5m');
  await addLatency('etcd-2', 'etcd-1');
  await addLatency('host', 'etcd-3');
  const before = await faults();
  expect(before).toHaveLength(7);
  await lab.json('fault', 'rm', ids[0]!);
  expect(await faults()).toEqual(before.filter(({ id }) => id !== ids[0]));
});
