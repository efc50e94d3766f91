// A lab of etcd with a real Prometheus: it sees a member that is cut off from everybody, follows the
// nodes that come and go, and is no way around a proxy.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LabStatus } from '../../src/lab/status.ts';
import { OVERVIEW } from '../../src/render/dashboard.ts';
import { MONITOR_FACTS } from '../../src/render/monitor.ts';
import { systems } from '../../src/systems/index.ts';
import { docker, leaderOf, startLab, type TestLab } from './labctl.ts';

const NAME = 'labctl-test-monitor';
const MEMBERS = ['etcd-1', 'etcd-2', 'etcd-3'];
const WITHIN = { timeout: 30_000, interval: 500 };

let lab: TestLab;
let founders: string[];
let beganAt: number;
beforeAll(async () => {
  lab = await startLab(NAME, 'etcd-3node', '--set', 'monitor=prometheus');
  founders = await nodeIds();
});
afterAll(() => lab?.[Symbol.asyncDispose]());

const nodeIds = async (): Promise<string[]> => {
  const mine = MEMBERS.map((name) => `${NAME}-${name}-1`);
  return (await docker('inspect', '-f', '{{.Id}} {{.State.StartedAt}}', ...mine)).split('\n');
};

type Labels = Readonly<Record<string, string>>;
interface Sample {
  readonly metric: Labels;
  readonly value: readonly [seconds: number, value: string];
}

async function ask<T>(path: string, params: Readonly<Record<string, string>> = {}): Promise<T> {
  const url = `${await lab.url('prometheus')}/api/v1/${path}?${new URLSearchParams(params)}`;
  const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) });
  const { status, data, error } = (await answer.json()) as {
    status: string;
    data: T;
    error?: string;
  };
  expect([status, error]).toEqual(['success', undefined]);
  return data;
}

const query = async (expression: string, more: Readonly<Record<string, string>> = {}) =>
  (await ask<{ result: Sample[] }>('query', { query: expression, ...more })).result;

/** Node -> value. */
async function byNode(expression: string): Promise<Record<string, string>> {
  const samples = await query(expression);
  return Object.fromEntries(samples.map(({ metric, value }) => [metric.instance!, value[1]]));
}

const all = (value: string, nodes: readonly string[] = MEMBERS) =>
  Object.fromEntries(nodes.map((name) => [name, value]));

test('all members are asked, under the names and roles that labctl has for them', async () => {
  await expect.poll(() => byNode('up'), WITHIN).toEqual(all('1'));
  beganAt = Date.now() / 1_000;
  const { activeTargets } = await ask<{ activeTargets: { labels: Labels; scrapeUrl: string }[] }>(
    'targets',
  );
  expect(activeTargets.map(({ labels, scrapeUrl }) => [labels, scrapeUrl]).sort()).toEqual(
    MEMBERS.map((instance) => [
      { instance, job: 'etcd', group: 'etcd', role: 'member' },
      `http://${instance}.node:2379/metrics`,
    ]),
  );
  const { healthy, nodes, monitors } = await lab.json<LabStatus>('status');
  const address = (await lab.run('port', 'prometheus')).out;
  expect(monitors).toMatchObject([{ name: 'prometheus', state: 'running', address }]);
  expect([healthy, nodes.length]).toEqual([true, 3]);
  const check = ['promtool', 'check', 'config', '/etc/labctl/prometheus.yml'];
  expect(await docker('exec', `${NAME}-prometheus-1`, ...check)).toContain('SUCCESS');
  expect((await lab.run('logs', 'prometheus', '-n', '5')).out).toMatch(/^prometheus \| /);
  expect((await lab.run('logs', 'prometheus', '--proxies')).err).toContain('(node-unknown)');
  const again = await lab.run('up', 'etcd-3node', '--set', 'monitor=prometheus');
  expect(again.out).toContain('already up: nothing to do');
  expect(again.out).toContain(`http://${address}`);
});

test('every panel asks what Prometheus understands; those of etcd have an answer', async () => {
  for (const { query: expression } of Object.values(systems).flatMap((each) => each.panels ?? []))
    await query(expression);
  for (const panel of [...OVERVIEW, ...systems.etcd!.panels!])
    await expect
      .poll(async () => (await query(panel.query)).length, { ...WITHIN, message: panel.query })
      .toBeGreaterThanOrEqual(MEMBERS.length);
});

test('a leader that is cut off from everybody is still seen, without a leader', async () => {
  await expect.poll(() => byNode('etcd_server_has_leader'), WITHIN).toEqual(all('1'));
  const leader = (await leaderOf(lab))!;
  const cut = await lab.json<{ edges: string[] }>(
    ...['partition', '--isolate', 'leader', '--edges', 'all', '--mode', 'drop'],
  );
  expect(cut.edges.length).toBe(5);
  const expected = { ...all('1'), [leader]: '0' };
  await expect.poll(() => byNode('etcd_server_has_leader'), WITHIN).toEqual(expected);
  expect(await byNode('up')).toEqual(all('1'));
  await lab.run('heal');
  await expect.poll(() => byNode('etcd_server_has_leader'), WITHIN).toEqual(all('1'));
});

test('it is no way around a proxy, also for a node that sets routes', async () => {
  const addressOf = (container: string, network: string) =>
    docker(
      ...['inspect', '-f', `{{(index .NetworkSettings.Networks "${NAME}_${network}").IPAddress}}`],
      `${NAME}-${container}-1`,
    );
  const prometheus = await addressOf('prometheus', 'etcd-1');
  const target = await addressOf('etcd-2', 'etcd-2');
  const image = await docker('inspect', '-f', '{{.Config.Image}}', `${NAME}-host--etcd-1-1`);
  const dial = (address: string, port: number) =>
    `node -e "const say = (word) => { console.log(word); process.exit(); };
      require('node:net').connect(${port}, '${address}', () => say('open')).on('error', (e) => say(e.code));
      setTimeout(say, 3000, 'silent')"`;
  const script = `ip route add ${target}/32 via ${prometheus}; ip route get ${target} | head -n 1
    ${dial(prometheus, 9090)}; ${dial(target, 2379)}; ip route del ${target}/32`;
  const [route, neighbour, through] = (
    await docker(
      ...['run', '--rm', '--network', `container:${NAME}-etcd-1-1`, '--cap-add', 'NET_ADMIN'],
      ...['--user', '0', '--entrypoint', 'sh', image, '-c', script],
    )
  ).split('\n');
  expect(route).toContain(`via ${prometheus}`);
  expect([neighbour, through]).toEqual(['open', expect.not.stringContaining('open')]);
  const forwards = ['exec', `${NAME}-prometheus-1`, 'cat', '/proc/sys/net/ipv4/ip_forward'];
  expect(await docker(...forwards)).toBe('0');
});

test('members that come are asked, and those that go are not', async () => {
  const grown = await lab.run('scale', 'etcd=4');
  expect(grown.status, grown.err).toBe(0);
  await expect.poll(() => byNode('up'), WITHIN).toEqual(all('1', [...MEMBERS, 'etcd-4']));
  const shrunk = await lab.run('scale', 'etcd=3');
  expect(shrunk.status, shrunk.err).toBe(0);
  const instances = async () =>
    (await ask<{ activeTargets: { labels: Labels }[] }>('targets')).activeTargets
      .map(({ labels }) => labels.instance)
      .sort();
  await expect.poll(instances, WITHIN).toEqual(MEMBERS);
  expect(await nodeIds()).toEqual(founders);
});

test('it goes and comes while the lab runs on, and remembers; Grafana is there or said to be missing', async () => {
  const plan = (await lab.run('up', 'etcd-3node', '--dry-run')).out.split('\n').slice(1);
  expect(plan.filter((line) => !/^ {2}keep /.test(line))).toEqual(['  remove   prometheus']);
  const off = await lab.run('up', 'etcd-3node');
  expect(off.out).not.toContain('http://');
  expect((await lab.json<LabStatus>('status')).monitors).toEqual([]);
  const on = await lab.run('up', 'etcd-3node', '--set', 'monitor=true', '--pull', 'never');
  expect(on.status, on.err).toBe(0);
  const { ref } = MONITOR_FACTS.grafana.image;
  const here = (await docker('image', 'ls', '-q', ref)) !== '';
  const { monitors } = await lab.json<LabStatus>('status');
  expect(monitors.map(({ name }) => name).sort()).toEqual(
    here ? ['grafana', 'prometheus'] : ['prometheus'],
  );
  if (here) {
    const url = `${await lab.url('grafana')}/api/dashboards/uid/labctl-etcd`;
    const answers = () =>
      fetch(url).then(
        ({ status }) => status,
        () => 0,
      );
    await expect.poll(answers, { ...WITHIN, timeout: 60_000 }).toBe(200);
  } else expect(on.err).toContain(`without grafana: image ${ref} is not here`);
  await expect.poll(() => byNode('up'), WITHIN).toEqual(all('1'));
  expect((await query('up', { time: String(beganAt) })).length).toBe(MEMBERS.length);
  expect(await nodeIds()).toEqual(founders);
});
