// What happens to nodes beside the network: held for a while, limited, on a full disk, without data.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Lab } from '../../src/index.ts';
import type { LabStatus } from '../../src/lab/status.ts';
import { docker, getLocal, main, put, startLab, type TestLab } from './labctl.ts';

const MIB = 2 ** 20;
const STACK = `
systems: { etcd: { disk: 200m, mem_limit: 512m } }
nodes:
  hog:
    image: debian:trixie-slim
    command: [sh, -c, "until [ -e /go ]; do sleep 0.1; done; exec tail /dev/zero"]
`;

let lab: TestLab;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'labctl-test-'));
  await writeFile(join(folder, 'stack.yaml'), STACK);
  lab = await startLab('labctl-test-nodes-faults', join(folder, 'stack.yaml'));
});
afterAll(async () => {
  await lab?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

async function node(name: string) {
  const { nodes } = await lab.json<LabStatus>('status');
  return nodes.find((each) => each.name === name)!;
}

async function hostConfig(name: string) {
  const [info] = JSON.parse(await docker('inspect', `${lab.name}-${name}-1`));
  return info.HostConfig as Record<string, number | null>;
}

/** The command, once it has said that it holds what it did. */
async function holding(...words: string[]) {
  const child = spawn(process.execPath, [main, ...words, '--lab', lab.name], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [said] = (await once(child.stderr, 'data')) as [Buffer];
  return { child, said: String(said), ended: once(child, 'exit') };
}

test('kill --for starts again and --wait waits; pause --for thaws', async () => {
  const killed = await lab.run('kill', 'etcd-2', '--for', '1s', '--wait');
  expect(killed.status, killed.err).toBe(0);
  expect(killed.out).toBe('killed etcd-2\nstarted etcd-2');
  expect(killed.err).toContain('labctl start etcd-2');
  const opened = await Lab.open(lab.name);
  expect((await opened.pauseFor(500, 'etcd-3')).undone).toEqual(['etcd-3']);
  expect((await node('etcd-3')).state).toBe('running');
});

test.each([
  ['SIGINT', 'pause', 'unpaused'],
  ['SIGTERM', 'kill', 'started'],
] as const)('%s takes a %s back at once, and says so', async (signal, action, undone) => {
  const { child, ended } = await holding(action, 'etcd-1', '--for', '5m');
  expect((await node('etcd-1')).state).not.toBe('running');
  const heard = text(child.stderr);
  child.kill(signal);
  expect(await ended).toEqual([130, null]);
  expect(await heard).toContain(`${undone} etcd-1`);
  expect((await node('etcd-1')).state).toBe('running');
});

test('a command that was itself killed leaves what status shows and its hint mends', async () => {
  const { child, said, ended } = await holding('pause', 'etcd-1', '--for', '5m');
  child.kill('SIGKILL');
  await ended;
  expect((await node('etcd-1')).state).toBe('paused');
  const [, hint] = /labctl (unpause etcd-1)\)/.exec(said)!;
  expect((await lab.run(...hint!.split(' '), '--wait')).status).toBe(0);
});

test('limits are set, refused with the reason, shown, and put back as the stack has them', async () => {
  const before = await hostConfig('etcd-2');
  const words = ['--cpus', '0.2', '--memory', '256m', '--pids', '100'];
  const set = await lab.run('limit', 'etcd-2', ...words);
  expect(set.out.split('\n').at(-1)!.split(/ +/)).toEqual(['etcd-2', '0.2', '256m', '100']);
  const memory = { Memory: 256 * MIB, MemorySwap: 256 * MIB };
  expect(await hostConfig('etcd-2')).toMatchObject({ CpuQuota: 20_000, PidsLimit: 100, ...memory });
  const low = await lab.run('limit', 'etcd-2', '--memory', '7m');
  expect(low.status).toBe(2);
  expect(low.err).toMatch(/cannot limit etcd-2 to 7m of memory: it uses [\d.]+m/);
  const [reset] = await (await Lab.open(lab.name)).limit(['etcd-2'], { reset: true });
  expect(reset).toEqual({ name: 'etcd-2', cpus: null, memoryBytes: 512 * MIB, pids: null });
  const { CpuQuota, Memory, PidsLimit } = await hostConfig('etcd-2');
  expect({ CpuQuota, Memory, PidsLimit }).toEqual({
    CpuQuota: -1,
    Memory: before.Memory,
    PidsLimit: 0,
  });
});

test('a node that ran out of memory is seen as such', async () => {
  expect((await lab.run('limit', 'hog', '--memory', '16m')).status).toBe(0);
  await lab.run('exec', 'hog', '--', 'touch', '/go');
  const detail = async () => (await node('hog')).detail;
  await expect.poll(detail, { timeout: 20_000 }).toBe('killed: out of memory');
  const reset = await lab.run('limit', 'hog', '--reset');
  expect(reset.out.split('\n').at(-1)!.split(/ +/)).toEqual(['hog', '-', '-', '-']);
});

test('etcd on a full disk dies, also when started again; room brings it back with its data', async () => {
  const full = await lab.run('fill', 'etcd-3');
  expect(full.out).toMatch(/^filled the disk of etcd-3 with [\d.]+m: 0b of 200m are free$/);
  const url = await lab.url('etcd-1');
  const state = async () => {
    await put(url, 'much', 'x'.repeat(700_000));
    return (await node('etcd-3')).state;
  };
  await expect.poll(state, { timeout: 60_000, interval: 10 }).toBe('exited');
  expect((await lab.run('logs', 'etcd-3', '-n', '50')).out).toContain('no space left on device');
  expect((await lab.run('start', 'etcd-3')).status).toBe(0);
  await expect.poll(state, { timeout: 60_000, interval: 10 }).toBe('exited');
  expect((await lab.run('fill', 'etcd-3', '--reset')).status).toBe(0);
  await put(url, 'after', 'room');
  const back = await lab.run('start', 'etcd-3', '--wait');
  expect(back.status, back.err).toBe(0);
  const own = await lab.url('etcd-3');
  await expect.poll(() => getLocal(own, 'after'), { timeout: 5_000 }).toBe('room');
});

test('fill and wipe leave alone what is not theirs', async () => {
  const hog = await lab.run('fill', 'hog');
  expect(hog.status).toBe(2);
  expect(hog.err).toContain('(node-state)');
  const other = await lab.run('up', join(folder, 'stack.yaml'), '--set', 'disk=300m');
  expect(other.status).toBe(2);
  expect(other.err).toContain('with other disks than this stack has');
  const dry = await lab.run('wipe', 'etcd-2', '--dry-run');
  expect(dry.out).toBe(`would wipe etcd-2: volume ${lab.name}_etcd-2`);
  expect((await node('etcd-2')).health).toBe('healthy');
});

test('a wiped member is refused, and comes back as a new one', async () => {
  const wiped = await lab.run('wipe', 'etcd-2', '--wait');
  expect(wiped.status).toBe(125);
  expect(wiped.err).toContain('has already been bootstrapped');
  const members = (await lab.run('client', 'etcd-1', '--', 'member', 'list')).out;
  const id = /^(\w+), \w+, etcd-2/m.exec(members)![1]!;
  const member = (...words: string[]) => lab.run('client', 'etcd-1', '--', 'member', ...words);
  expect((await member('remove', id)).status).toBe(0);
  // etcd adds nobody while a member has been connected for less than five seconds.
  const add = async () => (await member('add', 'etcd-2', '--peer-urls=http://etcd-2:2380')).err;
  await expect.poll(add, { timeout: 30_000, interval: 500 }).toBe('');
  const existing = 'flags.initial-cluster-state=existing';
  const back = await lab.run('replace', 'etcd-2', '--set', existing);
  expect(back.status, back.err).toBe(0);
  const url = await lab.url('etcd-2');
  await expect.poll(() => getLocal(url, 'after'), { timeout: 5_000 }).toBe('room');
});
