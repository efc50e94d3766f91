// labctl weave on compose projects as users write them (test/weave/): the edges it finds, cuts that
// cut and heal, and what it says of things that cannot be woven.
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { getLocal, labctl, labctlJson, main, put, type Ran, testLab } from './labctl.ts';

const project = (name: string) =>
  fileURLToPath(new URL(`../weave/${name}/docker-compose.yml`, import.meta.url));

interface Plan {
  readonly lab: string;
  readonly edges: readonly { name: string; ports: number[]; why: string[] }[];
  readonly notWoven: readonly { what: string; key: string; why: string }[];
}

const LIMIT_MS = 30_000;

/** As long as a test of several steps takes. */
const WATCH_MS = 200_000;

/** Asks until the answer is as wanted. */
async function until<T>(ask: () => Promise<T>, wanted: (answer: T) => boolean): Promise<T> {
  const deadlineMs = Date.now() + LIMIT_MS;
  for (;;) {
    const answer = await ask();
    if (wanted(answer) || Date.now() > deadlineMs) return answer;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** `status --watch` as JSON lines; at its end it is interrupted, and says so. */
function watch(lab: string) {
  const words = [main, 'status', '--watch', '-o', 'json', '--lab', lab];
  const child = execa('node', words, { reject: false, stdin: 'ignore', timeout: WATCH_MS });
  const lines = child[Symbol.asyncIterator]();
  return {
    next: async (): Promise<unknown> => JSON.parse(String((await lines.next()).value)),
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGINT');
      expect((await child).exitCode).toBe(130);
    },
  };
}

// The first time three images are made of Debian's packages.
test('a shop: its web application, cut from its database and from its cache', {
  timeout: 300_000,
}, async () => {
  await using lab = testLab('labctl-test-weave-shop');
  const up = await labctl('weave', project('shop'), '--build', '--lab', lab.name);
  expect(up.status, up.err).toBe(0);
  expect(up.out).toContain('web:db        3306   depends_on, environment DATABASE_URL');

  type Page = Record<'greeting' | 'orders' | 'visits', unknown>;
  const page = async () => (await fetch('http://127.0.0.1:28080/')).json() as Promise<Page>;
  // Without a healthcheck the application may still be starting.
  const soon = () => page().catch((): Page => ({ greeting: '', orders: '', visits: '' }));
  const works = ({ orders, visits }: Page) =>
    typeof orders === 'number' && typeof visits === 'number';
  // The port of the project, its secret, its init file, and the name with an underscore.
  expect(await until(soon, works)).toEqual({
    greeting: 'welcome to the shop',
    orders: 1,
    visits: 1,
  });

  await using watching = watch(lab.name);
  expect(await watching.next()).toMatchObject({ healthy: true });
  expect((await lab.run('partition', 'db', 'web,my-cache', '--mode', 'refuse')).status).toBe(0);
  expect(JSON.stringify(await watching.next())).toContain('"kind":"refuse"');
  expect((await lab.run('graph')).out).toMatch(/n\d -\.->\|"refuse \(\w+\)"\| n\d/);
  expect((await labctl('__complete', '--', 'heal', '--lab', lab.name, 'my')).out).toBe('my-cache');
  expect(await page()).toMatchObject({ orders: expect.stringContaining('refused'), visits: 2 });
  expect((await lab.run('heal')).status).toBe(0);
  expect(await page()).toMatchObject({ orders: 2, visits: 3 });

  expect((await lab.run('fault', 'add', 'jam', 'web:my-cache')).status).toBe(0);
  expect(await page()).toMatchObject({ orders: 3, visits: expect.stringMatching(/time/i) });
  expect((await lab.run('heal')).status).toBe(0);

  // Its data is in a named volume of the lab.
  const restarted = await lab.run('restart', 'db', '--signal', 'KILL', '--wait');
  expect(restarted.status, restarted.err).toBe(0);
  expect(await until(page, works)).toMatchObject({ orders: 4 });

  const again = await labctlJson<{ healthy: boolean }>('weave', project('shop'), '--lab', lab.name);
  expect(again.healthy).toBe(true);
});

// nginx comes from Debian too; the edges stand in its configuration, and each is one container's.
test('nginx before three replicas: one edge to each, found in a file that is mounted', {
  timeout: 300_000,
}, async () => {
  await using lab = testLab('labctl-test-weave-front');
  const up = await labctl('weave', project('front'), '--lab', lab.name, '--timeout', '200s');
  expect(up.status, up.err).toBe(0);
  expect(up.out).toContain('web:api-2  3000   file web.conf');
  const answers = async () => {
    const said = new Set<string>();
    for (let i = 0; i < 6; i += 1) said.add(await (await fetch('http://127.0.0.1:28081/')).text());
    return [...said].sort();
  };
  expect(await answers()).toEqual(['api-1', 'api-2', 'api-3']);
  expect((await lab.run('fault', 'add', 'refuse', 'web:api-2')).status).toBe(0);
  expect(await answers()).toEqual(['api-1', 'api-3']);
  expect((await lab.run('fault', 'add', 'refuse', 'web:api')).out).toContain(
    'set refuse on web:api-1 web:api-2 web:api-3',
  );
  expect((await fetch('http://127.0.0.1:28081/')).status).toBe(502);
});

test("etcd's own three members: found by their flags, one cut off, and back", async () => {
  await using lab = testLab('labctl-test-weave-etcd');
  const up = await labctl('weave', project('etcd'), '--lab', lab.name);
  expect(up.status, up.err).toBe(0);
  const { edges } = await lab.json<{ edges: { name: string }[] }>('status');
  expect(edges.map(({ name }) => name)).toHaveLength(6 + 3);

  const [first, second] = ['http://127.0.0.1:22379', 'http://127.0.0.1:22479'];
  const write = (url: string, value: string, key = 'key') =>
    put(url, key, value, 2_000).then(
      () => true,
      () => false,
    );
  expect(await until(() => write(first, 'before'), Boolean)).toBe(true);
  expect((await lab.run('partition', 'etcd-node-0')).status).toBe(0);
  // Not acknowledged; it may still be applied after the heal, so it has a key of its own.
  expect(await write(first, 'alone', 'other')).toBe(false);
  expect(await until(() => write(second, 'majority'), Boolean)).toBe(true);
  expect(await getLocal(first, 'key')).toBe('before');
  expect((await lab.run('heal')).status).toBe(0);
  expect(
    await until(
      () => getLocal(first, 'key'),
      (value) => value === 'majority',
    ),
  ).toBe('majority');
});

test('a job that fails says why; mended, the same command goes on', async () => {
  await using lab = testLab('labctl-test-weave-job');
  const weave = ['weave', project('job'), '--lab', lab.name];
  const broken = project('job').replace('docker-compose.yml', 'broken.env');
  const failed = await labctl(...weave, '--env-file', broken);
  expect(failed.status).toBe(125);
  expect(failed.err).toContain('node migrate of lab labctl-test-weave-job ended: Exited (3)');
  expect(failed.err).toContain('no schema at migrate');
  expect(failed.err).toContain('hint: labctl weave FILE goes on once that is mended');
  const again = await labctl(...weave);
  expect(again.status, again.err).toBe(0);
  expect(again.out).toContain('The "SCHEMA" variable is not set.');
  expect(again.out).not.toContain('labctl partition'); // no node dials another
  expect(again.out).toMatch(/migrate +custom +healthy +Exited \(0\)/);
});

test('what dies whenever it is started is not ready, though it runs for moments', async () => {
  await using lab = testLab('labctl-test-weave-loop');
  const loops = project('job').replace('docker-compose.yml', 'loop.yml');
  const up = await labctl('weave', loops, '--lab', lab.name, '--timeout', '6s');
  expect(up.status).toBe(125);
  expect(up.err).toContain('set a password');
  expect(up.err).toContain('labctl weave FILE ');
});

test('things that cannot be woven are named; those that make it impossible end it', async () => {
  const refused: Ran = await labctl('weave', project('odd'));
  expect(refused.status).toBe(2);
  expect(refused.err).toContain('weave-impossible');
  expect(refused.err).toContain('node-exporter: it is on the machine');
  expect(refused.err).toContain('sidecar: it has no network of its own, but that of service:api');

  const without = ['--without', 'node-exporter', '--without', 'sidecar'];
  const plan = await labctlJson<Plan>('weave', project('odd'), ...without, '--dry-run');
  expect(plan.edges.map(({ name }) => name)).toEqual([
    ...['api-1:queue', 'api-2:queue', 'api-3:queue', 'worker:api-1', 'worker:api-2'],
    ...['worker:api-3', 'host:api-1', 'host:api-2', 'host:api-3'],
  ]);
  expect(plan.notWoven.map(({ what, key }) => `${what} ${key}`)).toEqual([
    'node-exporter all of it',
    'sidecar all of it',
    'api pull_policy',
    'api deploy.placement',
    'api networks.front.ipv4_address',
    'api extra_hosts',
    'api ports 8125:8125/udp',
    'api ports 9090:9090/tcp',
    'queue develop',
    'queue container_name',
    'volume shared external',
    'network lonely external',
    'api depends_on',
    'api environment LEGACY_URL',
    'api:migrate depends_on',
    'worker:secret-service depends_on',
  ]);

  const more = await labctlJson<Plan>(
    ...['weave', project('odd'), ...without, '--dry-run'],
    ...['--edge', 'worker:secret-service:7000', '--edge', 'host:queue', '--edge', '*:legacy:80'],
  );
  expect(more.edges.map(({ name, ports }) => `${name} ${ports}`)).toContain(
    'host:queue 5672,15672',
  );
  expect(more.edges.map(({ name, ports }) => `${name} ${ports}`)).toContain('worker:legacy 80');
  expect(more.edges.map(({ name, ports }) => `${name} ${ports}`)).toContain(
    'worker:secret-service 7000',
  );
  const wrong = await labctl('weave', project('odd'), ...without, '--edge', 'web:queue:1');
  expect(wrong.status).toBe(2);
  expect(wrong.err).toContain('--edge web:queue:1: there is no service "web"');
});
