// Three real etcd members that know each other only through six proxies.
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LabStatus } from '../../src/lab/status.ts';
import { docker, getLocal, labctl, put, startLab, type TestLab } from './labctl.ts';

const NAME = 'labctl-test-cluster';
const members = ['etcd-1', 'etcd-2', 'etcd-3'];
let lab: TestLab;

beforeAll(async () => {
  lab = await startLab(NAME, 'etcd-3node');
});
afterAll(() => lab?.[Symbol.asyncDispose]());

/** Container of a compose service of the lab. */
const containerId = (label: string) =>
  docker('ps', '-q', '--filter', `label=labctl.lab=${NAME}`, '--filter', `label=${label}`);

async function address(label: string, network: string): Promise<string> {
  const format = `{{(index .NetworkSettings.Networks "${NAME}_${network}").IPAddress}}`;
  return docker('inspect', '-f', format, await containerId(label));
}

test('status shows a healthy cluster of three with one leader, six peer and three host edges', async () => {
  const status = await lab.json<LabStatus>('status');
  expect(status).toMatchObject({ version: 1, lab: NAME, healthy: true, reason: null });
  expect(status.nodes.map(({ name, health, state }) => [name, health, state])).toEqual(
    members.map((name) => [name, 'healthy', 'running']),
  );
  expect(status.nodes.filter(({ leader }) => leader)).toHaveLength(1);
  expect(status.nodes[0]!.image).toMatchObject({ id: expect.stringMatching(/^sha256:/) });
  expect(status.nodes[0]!.endpoints.client).toMatch(/^127\.0\.0\.1:\d+$/);
  const peers = members.flatMap((a) => members.filter((b) => b !== a).map((b) => `${a}:${b}`));
  const hosts = members.map((name) => `host:${name}`);
  expect(status.edges.map(({ name }) => name).sort()).toEqual([...peers, ...hosts].sort());
});

test('bytes cross every peer edge', async () => {
  const silent = async () => {
    const { edges } = await lab.json<LabStatus>('status');
    const peers = edges.filter(({ from }) => from !== 'host');
    return peers.filter(({ bytes }) => !bytes!.up || !bytes!.down).map(({ name }) => name);
  };
  // A cluster is healthy before each member has opened all its streams.
  await expect.poll(silent, { timeout: 15_000, interval: 300 }).toEqual([]);
});

test("a member's peers' names are proxies, and its own name is itself", async () => {
  for (const from of members)
    for (const to of members) {
      const { out } = await lab.run('exec', from, '--', 'getent', 'ahostsv4', to);
      const seen = out.split(/\s/)[0];
      const label = from === to ? `labctl.node=${to}` : `labctl.edge=${from}:${to}`;
      expect(seen, `${to} seen from ${from}`).toBe(await address(label, from));
    }
});

/** Whether etcd-1 can open a connection, tried for a few seconds. */
async function canDial(host: string, port: number): Promise<boolean> {
  const dial = ['timeout', '3', 'bash', '-c', `exec 3<>/dev/tcp/${host}/${port}`];
  return (await lab.run('exec', 'etcd-1', '--', ...dial)).status === 0;
}

test('there is no way around a proxy: a peer is reached by its name and not by its address', async () => {
  for (const to of ['etcd-2', 'etcd-3']) {
    expect(await canDial(to, 2380)).toBe(true);
    expect(await canDial(await address(`labctl.node=${to}`, to), 2380)).toBe(false);
  }
});

test('only host edges are published, on loopback alone', async () => {
  const filter = ['--filter', `label=labctl.lab=${NAME}`];
  const ports = await docker('ps', ...filter, '--format', '{{.Label "labctl.edge"}} {{.Ports}}');
  for (const line of ports.split('\n'))
    expect(line).toMatch(/^(host:etcd-\d 127\.0\.0\.1:\d+->2379\/tcp|(?!host)\S* ?)$/);
});

test('proxies have no capability but NET_ADMIN, cannot gain any, and route no packets', async () => {
  const id = await containerId('labctl.edge=etcd-1:etcd-2');
  const format =
    '{{json .HostConfig.CapAdd}} {{json .HostConfig.CapDrop}} {{json .HostConfig.SecurityOpt}}';
  expect(await docker('inspect', '-f', format, id)).toMatch(
    /^\["(CAP_)?NET_ADMIN"\] \["ALL"\] \["no-new-privileges:true"\]$/,
  );
  expect(await docker('exec', id, 'cat', '/proc/sys/net/ipv4/ip_forward')).toBe('0');
});

test('a second up says that there is nothing to do and changes no container', async () => {
  const ids = await docker('ps', '-q', '--filter', `label=labctl.lab=${NAME}`);
  const again = await lab.run('up', 'etcd-3node');
  expect(again.status, again.err).toBe(0);
  expect(again.out).toContain('already up: nothing to do');
  expect(await docker('ps', '-q', '--filter', `label=labctl.lab=${NAME}`)).toBe(ids);
});

test('other nodes under the same name are refused and nothing is touched', async () => {
  const ids = await docker('ps', '-q', '--filter', `label=labctl.lab=${NAME}`);
  const file = fileURLToPath(new URL('../golden/extra-node.yaml', import.meta.url));
  const other = await lab.run('up', '--file', file);
  expect(other.status).toBe(2);
  expect(other.err).toContain('stack: etcd-1 etcd-2 etcd-3 app worker');
  expect(other.err).toContain('(lab-differs)');
  expect(await docker('ps', '-q', '--filter', `label=labctl.lab=${NAME}`)).toBe(ids);
});

test('a changed flag is put in force by up, under the data there is', async () => {
  await put(await lab.url('etcd-1'), 'before', 'change');
  const set = ['--set', 'flags={snapshot-count: 100}'];
  const changed = await lab.run('up', 'etcd-3node', ...set);
  expect(changed.status, changed.err).toBe(0);
  const format = '{{join .Config.Cmd " "}}';
  const id = await containerId('labctl.node=etcd-2');
  expect(await docker('inspect', '-f', format, id)).toContain('--snapshot-count=100');
  expect(await getLocal(await lab.url('etcd-2'), 'before')).toBe('change');
});

test('ls, port, wait, logs and exec find their way without the stack file', async () => {
  const { labs } = await lab.json<{ labs: object[] }>('ls');
  expect(labs).toContainEqual(expect.objectContaining({ name: NAME, nodes: 3, healthy: true }));
  expect((await lab.run('port', 'etcd-2', '2379')).out).toMatch(/^127\.0\.0\.1:\d+$/);
  expect((await lab.run('wait', '--for', 'leader', '--timeout', '10s')).status).toBe(0);
  expect((await lab.run('logs', 'etcd-1', '--tail', '5')).out).toMatch(/^etcd-1 {3}\| /);
  expect((await lab.run('logs', '--proxies')).out).toContain('"event":"started"');
  // Behind that line there are replies to the commands above, on stderr.
  expect((await lab.run('logs', '--proxies', 'etcd-1', '-n', '1')).out.split('\n')).toHaveLength(5);
  expect((await lab.run('exec', 'etcd-1', '--', 'sh', '-c', 'exit 7')).status).toBe(7);
});

test('an unknown node is named with the nearest, and wait for what cannot be gives 1', async () => {
  const unknown = await lab.run('kill', 'etcd1');
  expect(unknown.status).toBe(2);
  expect(unknown.err).toContain('has no node "etcd1"; did you mean "etcd-1"?');
  const never = await lab.run('wait', 'etcd-1', '--for', 'stopped', '--timeout', '1s');
  expect(never.status).toBe(1);
  expect(never.err).toContain('not stopped within 1s: etcd-1 is running');
});

test('with several labs a command that names none lists them', async () => {
  await using _second = await startLab('labctl-test-second', 'etcd-1node');
  const ran = await labctl('status');
  expect(ran.status).toBe(2);
  expect(ran.err).toMatch(/labs are there: .*labctl-test-cluster.*\(lab-ambiguous\)/);
});
