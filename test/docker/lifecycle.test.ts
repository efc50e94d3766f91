// Nodes that are killed, restarted, frozen and stopped keep their name, their data and their edges.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LabStatus } from '../../src/lab/status.ts';
import { getLocal, put, startLab, type TestLab } from './labctl.ts';

let lab: TestLab;
beforeAll(async () => {
  lab = await startLab('labctl-test-lifecycle', 'etcd-3node');
});
afterAll(() => lab?.[Symbol.asyncDispose]());

async function node(name: string) {
  const { nodes } = await lab.json<LabStatus>('status');
  return nodes.find((each) => each.name === name)!;
}

test('a killed member is seen as such, and --wait brings it back with data, name and endpoint', async () => {
  const before = await node('etcd-2');
  await put(await lab.url('etcd-1'), 'before', 'kill');
  expect((await lab.run('kill', 'etcd-2')).out).toBe('killed etcd-2');
  expect(await node('etcd-2')).toMatchObject({ state: 'exited', health: 'unhealthy' });
  expect((await lab.run('status', '--check')).status).toBe(1);
  await put(await lab.url('etcd-1'), 'while', 'dead');
  expect((await lab.run('start', 'etcd-2', '--wait')).status).toBe(0);
  const after = await node('etcd-2');
  expect(after.endpoints).toEqual(before.endpoints);
  const url = await lab.url('etcd-2');
  await expect.poll(() => getLocal(url, 'while'), { timeout: 5_000 }).toBe('dead');
  expect(await getLocal(url, 'before')).toBe('kill');
});

test('restart --signal KILL and plain restart, several at once', async () => {
  const killed = await lab.run('restart', 'etcd-3', '--signal', 'KILL', '--wait');
  expect(killed.status, killed.err).toBe(0);
  const both = await lab.run('restart', 'etcd-1', 'etcd-2', '--wait', '--timeout', '30s');
  expect(both.status, both.err).toBe(0);
  expect(both.out).toBe('restarted etcd-1, etcd-2');
  expect((await lab.run('status', '--check')).status).toBe(0);
});

test('words for nodes stand for those that they name now', async () => {
  const leads = (await lab.json<LabStatus>('status')).nodes.find(({ leader }) => leader)!.name;
  expect((await lab.run('pause', 'leader')).out).toBe(`paused ${leads}`);
  expect((await lab.run('unpause', 'etcd-*', '--wait')).out).toMatch(`unpaused ${leads}\nnothing`);
  const nobody = await lab.run('kill', '');
  expect(nobody.err).toContain('has no node ""');
  expect(nobody.status).toBe(2);
});

test('pause and unpause; what is so already is left alone', async () => {
  expect((await lab.run('pause', 'etcd-3')).out).toBe('paused etcd-3');
  expect(await node('etcd-3')).toMatchObject({ state: 'paused', health: 'unhealthy' });
  expect((await lab.run('pause', 'etcd-3')).out).toBe('nothing to do for etcd-3');
  const exec = await lab.run('exec', 'etcd-3', '--', 'true');
  expect(exec.status).toBe(2);
  expect(exec.err).toContain('labctl unpause etcd-3');
  expect((await lab.run('unpause', 'etcd-3', '--wait')).status).toBe(0);
});

test('stop, and kill of what is stopped is refused with what to do', async () => {
  expect((await lab.run('stop', 'etcd-1')).out).toBe('stopped etcd-1');
  expect((await lab.run('wait', 'etcd-1', '--for', 'stopped', '--timeout', '5s')).status).toBe(0);
  const kill = await lab.run('kill', 'etcd-1');
  expect(kill.status).toBe(2);
  expect(kill.err).toContain('cannot kill etcd-1: it is exited');
  expect((await lab.run('stop', 'etcd-1')).out).toBe('nothing to do for etcd-1');
  const dry = await lab.run('start', 'etcd-1', '--dry-run');
  expect(dry.out).toBe('would start etcd-1');
  expect((await node('etcd-1')).state).toBe('exited');
  expect((await lab.run('start', 'etcd-1', '--wait')).status).toBe(0);
});
