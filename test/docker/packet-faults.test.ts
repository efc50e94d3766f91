// Faults on packets and links, as a client in a container sees them: the kernel's own answers.
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { proxyImageTag } from '../../src/docker/proxy-context.ts';
import type { ListedFault } from '../../src/lab/faults/faults.ts';
import { docker, startLab, type TestLab } from './labctl.ts';

const NAME = 'labctl-test-faults-packets';
const container = (service: string) => `${NAME}-${service}-1`;

let lab: TestLab;
let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'labctl-test-'));
  const file = join(dir, 'stack.yaml');
  const image = proxyImageTag(); // it has a node in it, for a server and a client
  const listen =
    "for (const port of [7000, 7001]) require('net')" +
    ".createServer((socket) => socket.on('error', () => {}).pipe(socket)).listen(port)";
  const nodes = {
    app: { image, entrypoint: ['sleep', '3600'], init: true, connects: ['srv'] },
    srv: { image, entrypoint: ['node', '-e', listen], init: true, ports: [7000, 7001] },
  };
  writeFileSync(file, JSON.stringify({ name: NAME, nodes }));
  lab = await startLab(NAME, '-f', file);
});
afterEach(async () => void (await lab?.run('heal')));
afterAll(async () => {
  await rm(dir, { recursive: true, force: true });
  await lab?.[Symbol.asyncDispose]();
});

/** Dials srv and says a word; prints the first of: an error code, `answer`, `silence`. */
const DIAL = `
  const [port, limitMs] = process.argv.slice(1).map(Number);
  const socket = require('net').connect({ host: 'srv', port });
  const end = (word) => { console.log(word); process.exit(); };
  socket.on('error', (error) => end(error.code));
  socket.on('connect', () => socket.write('word'));
  socket.on('data', () => end('answer'));
  setTimeout(() => end(socket.connecting ? 'no connect' : 'silence'), limitMs);
`;
const dial = async (port = 7000, limitMs = 1_000): Promise<string> =>
  docker('exec', container('app'), 'node', '-e', DIAL, String(port), String(limitMs));
const answers = (port = 7000) =>
  expect.poll(() => dial(port), { timeout: 20_000, interval: 200 }).toBe('answer');

/** Holds a connection open; when the file is there, prints what a word on it comes to. */
const HOLD = `
  const fs = require('fs');
  const socket = require('net').connect({ host: 'srv', port: 7000 });
  const end = (word) => { console.log(word); process.exit(); };
  socket.on('connect', () => fs.writeFileSync('/tmp/connected', ''));
  socket.on('error', (error) => end(error.code));
  socket.on('data', () => end('answer'));
  const asked = () => fs.existsSync('/tmp/ask');
  const timer = setInterval(() => {
    if (!asked()) return;
    clearInterval(timer);
    socket.write('word');
    setTimeout(() => end('silence'), 1000);
  }, 20);
`;

/** A connection made now, asked once the faults are set. */
async function hold(): Promise<{ ask(): Promise<string> }> {
  const shell = (...words: string[]) => docker('exec', container('app'), ...words);
  await shell('rm', '-f', '/tmp/ask', '/tmp/connected');
  const held = docker('exec', container('app'), 'node', '-e', HOLD);
  await expect.poll(() => shell('ls', '/tmp'), { timeout: 10_000 }).toContain('connected');
  return {
    ask: async () => {
      await shell('touch', '/tmp/ask');
      return held;
    },
  };
}

/** Sets a fault, which must succeed; on `app:srv` unless it says where. */
async function add(kind: string, ...words: readonly string[]): Promise<void> {
  const edge = words.some((word) => word.includes(':')) ? [] : ['app:srv'];
  const ran = await lab.run('fault', 'add', kind, ...edge, ...words);
  expect(ran.status, ran.err).toBe(0);
}

async function hits(): Promise<ListedFault['hits'][]> {
  const { faults } = await lab.json<{ faults: ListedFault[] }>('fault', 'ls');
  return faults.map((fault) => fault.hits);
}

test('drop match=syn: open connections live, new ones time out', async () => {
  const old = await hold();
  await add('drop', 'match=syn');
  expect(await old.ask()).toBe('answer');
  expect(await dial()).toBe('no connect');
  expect((await hits())[0]!.droppedPackets).toBeGreaterThanOrEqual(1);
});

test('drop up, or on one side: a stream stalls, and who dials sees which', async () => {
  const old = await hold();
  await add('drop', '--direction', 'up');
  expect(await dial()).toBe('no connect');
  expect(await old.ask()).toBe('silence');
  await lab.run('heal');
  await add('drop', 'side=dst');
  expect(await dial(), 'the proxy still answers').toBe('silence');
  await lab.run('heal');
  await add('drop', 'side=src');
  expect(await dial()).toBe('no connect');
  await lab.run('heal');
  await answers();
});

for (const [answer, seen, held] of [
  ['tcp-reset', 'ECONNREFUSED', 'ECONNRESET'],
  ['icmp-port', 'ECONNREFUSED', 'silence'],
  ['icmp-host', 'EHOSTUNREACH', 'silence'],
  ['icmp-admin', 'EHOSTUNREACH', 'silence'],
] as const)
  test(`reject with=${answer}: a connect gets ${seen}, an open connection ${held}`, async () => {
    const old = await hold();
    await add('reject', `with=${answer}`);
    expect(await dial(7000, 800)).toBe(seen);
    expect(await old.ask()).toBe(held);
    await lab.run('heal');
    await answers();
  });

test('one port of an edge: the other goes on', async () => {
  await add('reject', 'app:srv:7001');
  await add('drop', 'app:srv:7001', 'match=syn');
  expect(await Promise.all([dial(7000), dial(7001)])).toEqual(['answer', 'ECONNREFUSED']);
});

test('two ports in one change are two faults, each with its own count', async () => {
  await add('reject', 'app:srv:7000', 'app:srv:7001');
  expect(await dial(7001)).toBe('ECONNREFUSED');
  const counts = (await hits()).map(({ droppedPackets }) => droppedPackets);
  expect(counts[0]).toBe(0);
  expect(counts[1]).toBeGreaterThanOrEqual(1);
});

/** Sends so many bytes and prints how many came back right. */
const ECHO = `
  const sent = Buffer.from(Array.from({ length: 200000 }, (_, i) => (i * 7 + (i >> 8)) & 255));
  const socket = require('net').connect({ host: 'srv', port: 7000 });
  const chunks = [];
  socket.on('error', (error) => console.log(error.code));
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.on('end', () => console.log(Buffer.concat(chunks).equals(sent) ? 'whole' : 'torn'));
  socket.end(sent);
`;

for (const words of [
  ['drop-nth', 'every=20'],
  ['drop-prob', 'p=20%'],
])
  test(`${words.join(' ')}: packets are lost and counted, bytes are not`, async () => {
    await add(...(words as [string, string]));
    expect(await docker('exec', container('app'), 'node', '-e', ECHO)).toBe('whole');
    const [hit] = await hits();
    expect(hit!.droppedPackets).toBeGreaterThanOrEqual(1);
    expect(hit!.droppedBytes).toBeGreaterThan(0);
  });

/** What your machine gets from srv, through the host edge. */
async function fromHost(address: string): Promise<string> {
  const [host, port] = address.split(':');
  return new Promise((resolve) => {
    const socket = createConnection({ host: host!, port: Number(port) }, () =>
      socket.write('word'),
    );
    const end = (word: string) => {
      socket.destroy();
      resolve(word);
    };
    socket.on('data', () => end('answer')).on('error', () => end('error'));
    socket.setTimeout(1_500, () => end('silence'));
  });
}

test('unplug: the link is down, and after heal the host edge has its route again', async () => {
  const route = () => docker('exec', container('host--srv'), 'ip', 'route', 'show', 'default');
  const before = await route();
  expect(before).toContain('default via');
  const address = (await lab.run('port', 'srv', '7000')).out.trim();
  for (const side of ['both', 'src', 'dst']) {
    await add('unplug', 'host:srv', `side=${side}`);
    expect(await fromHost(address), side).toBe('silence');
    await lab.run('heal');
    await expect.poll(() => fromHost(address), { timeout: 20_000 }).toBe('answer');
    expect(await route()).toBe(before);
  }
});

test('a proxy that is started again has its packet faults, also while the node is down', async () => {
  const restart = () => docker('restart', '-t', '1', container('app--srv'));
  await add('reject', 'app:srv:7001');
  await add('unplug', 'side=dst');
  await restart();
  await expect.poll(() => dial(7001), { timeout: 10_000 }).toBe('ECONNREFUSED');
  expect(await dial(7000)).toBe('silence');
  expect((await lab.run('stop', 'srv')).status).toBe(0);
  await restart();
  await expect.poll(() => dial(7001), { timeout: 10_000 }).toBe('ECONNREFUSED');
  expect((await lab.run('start', 'srv')).status).toBe(0);
  expect(await dial(7000)).toBe('silence');
  await lab.run('heal');
  await answers(7000);
  await answers(7001);
});

test('netem kinds work where the kernel has netem, and elsewhere change nothing', async () => {
  const main = JSON.parse(
    await docker('inspect', container('app--srv'), '--format', '{{json .Config.Entrypoint}}'),
  ) as string[];
  const said = await docker('exec', container('app--srv'), ...main, 'tiers');
  const { netem } = JSON.parse(said) as { netem: string | null };
  const kinds = [
    ['loss', 'p=1%'],
    ['duplicate', 'p=1%'],
    ['reorder', 'p=10%', 'delay=1ms'],
    ['packet-corrupt', 'p=1%'],
  ] as const;
  for (const [kind, ...words] of kinds) {
    const ran = await lab.run('fault', 'add', kind, 'app:srv', ...words);
    const { faults } = await lab.json<{ faults: ListedFault[] }>('fault', 'ls');
    if (netem === null) {
      expect([ran.status, faults.map((fault) => fault.kind)]).toEqual([0, [kind]]);
      const qdisc = await docker('exec', container('app--srv'), 'tc', 'qdisc', 'show');
      expect(qdisc).toContain('netem');
    } else {
      expect([ran.status, faults]).toEqual([125, []]);
      expect(ran.err).toContain('fault-unavailable');
      expect(ran.err).toContain(netem);
    }
    await answers();
    await lab.run('heal');
  }
});
