// The topology of the TiDB family on a real engine, with a stand-in in place of its programs
// (test/stand-in: no database): who dials whom, who cannot, what cuts cut, and in which order nodes
// start. What needs the programs themselves is test/upstream/.
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FillResult } from '../../src/lab/disk.ts';
import type { LabStatus } from '../../src/lab/status.ts';
import { buildStandIn } from '../stand-in/build.ts';
import { dialled, tellAll } from '../stand-in/told.ts';
import { docker, labctl, startLab, type TestLab } from './labctl.ts';

const stack = fileURLToPath(new URL('../stand-in/stack.yaml', import.meta.url));
let lab: TestLab;
beforeAll(async () => {
  await buildStandIn();
  lab = await startLab('labctl-test-tidb', '-f', stack);
});
afterAll(() => lab?.[Symbol.asyncDispose]());

const status = () => lab.json<LabStatus>('status');
const isPeer = ({ from }: { from: string }) => from !== 'host';

const LIMIT = { timeout: 30_000, interval: 500 };

test('PD is healthy before the others start, and every one of them gets its config file', async () => {
  const told = await tellAll(lab);
  const others = told.filter(({ own }) => !own.startsWith('pd-'));
  expect(others.map(({ pdReadyAtStart }) => pdReadyAtStart)).toEqual(others.map(() => true));
  const config = (name: string) => told.find(({ own }) => own === name)!.config;
  expect(config('pd-2')).toContain('dashboard-address = "none"');
  expect(config('tikv-1')).toContain('[raft-engine]');
  expect(config('tidb-1')).toContain('max-procs = 2');
  expect(config('tikv-2')).toContain('zone = "west"');
  expect(config('tikv-2')).toMatch(/apply-pool-size = 1\nraft-log-gc-threshold = 50\n/);
  expect(config('pd-1')).toContain('replication-mode = "dr-auto-sync"');
  const rules = told
    .find(({ own }) => own === 'pd-1')!
    .rules.map(({ id, role }) => `${id} ${role}`);
  expect(rules).toEqual(['zone-east voter', 'zone-west follower']);
});

test('every declared edge carries traffic on each of its ports, and so does every host edge', async () => {
  const { edges } = await status();
  const peers = edges.filter(isPeer).map(({ name }) => name);
  await expect.poll(async () => (await dialled(lab)).through, LIMIT).toEqual(peers.sort());
  for (const { own, dials } of await tellAll(lab)) {
    const ports = edges
      .filter(({ from }) => from === own)
      .flatMap(({ to, ports: all }) => all.map((port) => `${to}:${port}`));
    expect(Object.keys(dials).sort()).toEqual(ports.sort());
  }
  const after = await status();
  for (const { name, bytes } of after.edges) expect(bytes!.down, name).toBeGreaterThan(0);
});

test('nothing else is reachable: not by name, not by address', async () => {
  const { nodes, edges } = await status();
  const addresses: Record<string, string> = {};
  for (const { name } of nodes) {
    const [found] = JSON.parse(await docker('inspect', `${lab.name}-${name}-1`));
    const [network] = Object.values(found.NetworkSettings.Networks) as { IPAddress: string }[];
    addresses[name] = network!.IPAddress;
  }
  const program = `
    const { connect } = require('node:net');
    const tries = process.argv.slice(1).map((at) => new Promise((resolve) => {
      const [host, port] = at.split(' ');
      const socket = connect({ host, port: Number(port), timeout: 1000 });
      socket.on('connect', () => resolve(at)).on('error', () => resolve()).on('timeout', () => resolve());
    }));
    Promise.all(tries).then((found) => { console.log(found.filter(Boolean).join(',')); process.exit(); });`;
  const ports: Readonly<Record<string, number>> = {
    pd: 2379,
    tikv: 20160,
    tidb: 10080,
    tiflash: 20292,
    ticdc: 8300,
  };
  const reached = await Promise.all(
    nodes.map(async ({ name }) => {
      const dials = edges.filter(({ from }) => from === name).map(({ to }) => to);
      const tries = nodes
        .filter((other) => other.name !== name)
        .flatMap((other) => [
          ...(dials.includes(other.name) ? [] : [`${other.name} ${ports[other.role]}`]),
          `${other.name}.node ${ports[other.role]}`,
          `${addresses[other.name]} ${ports[other.role]}`,
        ]);
      return docker('exec', `${lab.name}-${name}-1`, 'node', '-e', program, ...tries);
    }),
  );
  expect(reached).toEqual(nodes.map(() => ''));
});

test('pd-leader is found, and isolating it cuts its edges and no other', async () => {
  const { nodes, edges } = await status();
  const leader = nodes.find((node) => node.leader)!.name;
  expect(leader).toBe('pd-1');
  const ran = await lab.run('partition', '--isolate', 'pd-leader');
  expect(ran.out, ran.err).toContain(`pd-leader is ${leader}`);
  const peers = edges.filter(isPeer);
  const cut = peers.filter(({ from, to }) => from === leader || to === leader);
  const names = cut.map(({ name }) => name).sort();
  await expect.poll(async () => (await dialled(lab)).failing, LIMIT).toEqual(names);
  const others = peers.map(({ name }) => name).filter((name) => !names.includes(name));
  expect((await dialled(lab)).through).toEqual(others.sort());
  const next = async () => (await status()).nodes.filter((node) => node.leader).map((n) => n.name);
  await expect.poll(next, LIMIT).toEqual(['pd-2']);
  expect((await lab.run('heal')).status).toBe(0);
  await expect.poll(async () => (await dialled(lab)).failing, LIMIT).toEqual([]);
});

test('status tells of stores and owners; a store that PD does not see makes the lab unhealthy', async () => {
  const { nodes, healthy, reason } = await status();
  expect({ healthy, reason }).toEqual({ healthy: true, reason: null });
  const leader = nodes.find((node) => node.leader)!;
  expect(leader.facts).toMatchObject({ stores: 3, storesUp: 3, replication: 'sync' });
  expect(leader.brief).toBe('3/3 stores up sync');
  expect(leader.facts!.regionLeaders).toMatch(/^tiflash-1 \d+ tikv-1 \d+ tikv-2 \d+$/);
  const owners = nodes.filter(({ facts }) => facts?.ddlOwner).map(({ name }) => name);
  expect(owners).toEqual(['tidb-1']);
  expect((await lab.run('partition', 'tikv-2', '--mode', 'jam')).status).toBe(0);
  const why = async () => (await status()).reason;
  await expect.poll(why, LIMIT).toBe('2 of 3 stores are Up tikv-2 Disconnected');
  expect((await lab.run('heal')).status).toBe(0);
  expect((await lab.run('wait', '--for', 'healthy')).status).toBe(0);
});

test('the disk of a store can be filled, where the stack gives it one', async () => {
  const full = await lab.json<FillResult>('fill', 'tikv-2');
  expect(full).toMatchObject({ sizeBytes: 160 * 2 ** 20, freeBytes: 0 });
  const empty = await lab.json<FillResult>('fill', 'tikv-2', '--reset');
  expect(empty.freeBytes).toBe(160 * 2 ** 20);
  expect((await lab.run('fill', 'tikv-1')).err).toContain('tikv-1 has no disk of its own');
});

test('failpoints are set in a build that has them, and the lack of them is said', async () => {
  const name = 'raft_before_save';
  const set = await lab.run('failpoint', 'tikv-1', name, 'sleep(10)');
  expect(set.out, set.err).toMatch(/raft_before_save\s+sleep\(10\)/);
  expect((await lab.run('failpoint', 'tikv-1', name, 'off')).out).toContain('no failpoint is set');
  const none = await lab.run('failpoint', 'tikv-2', name, 'sleep(10)');
  expect(none.status).toBe(2);
  expect(none.err).toContain('the build that tikv-2 runs has no failpoints  (failpoint-refused)');
  const odd = await lab.run('failpoint', 'tidb-1');
  expect(odd.err).toContain('labctl knows no failpoints of tidb-1');
});

test('when all nodes were stopped, as by the engine, up starts them in the same order', async () => {
  const ofLab = ['--filter', `label=labctl.lab=${lab.name}`, '--filter', 'label=labctl.node'];
  const ids = await docker('ps', '-q', ...ofLab);
  await execa('docker', ['kill', ...ids.split('\n')]);
  const up = await lab.run('up', '-f', stack);
  expect(up.status, up.err).toBe(0);
  const others = (await tellAll(lab)).filter(({ own }) => !own.startsWith('pd-'));
  expect(others.map(({ pdReadyAtStart }) => pdReadyAtStart)).toEqual(others.map(() => true));
  expect((await lab.run('up', '-f', stack)).out).toContain('already up: nothing to do');
});

test('the words of tiup playground choose counts and programs', async () => {
  const words = ['--tikv.count', '2', '--tikv.path', 'bin/tikv-server', '--tidb.count=2'];
  const ran = await labctl('render', 'tidb', ...words);
  expect(ran.out).toContain(`source: "${process.cwd()}/bin/tikv-server"`);
  expect(ran.out).not.toContain('tikv-3');
  expect(ran.out).toContain('"tidb-2":');
  const tiup = await labctl('render', 'tidb', '--kv.binpath', 'bin/tikv-server', '--db.count', '2');
  expect(tiup.out).toContain(`source: "${process.cwd()}/bin/tikv-server"`);
  expect(tiup.out).toContain('"tidb-2":');
  const wrong = await labctl('up', 'tidb', '--tikw.count', '2');
  expect(wrong.status).toBe(2);
  expect(wrong.err).toContain('--tikw.count 2: no system of this stack has the role "tikw"');
});
