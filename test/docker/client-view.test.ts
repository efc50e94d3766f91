// What a client sees of each mode, from a container of the user's own on an edge of its own.
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { proxyImageTag } from '../../src/docker/proxy-context.ts';
import type { LabStatus } from '../../src/lab/status.ts';
import { startLab, type TestLab } from './labctl.ts';

let lab: TestLab;
let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'labctl-test-'));
  const file = join(dir, 'stack.yaml');
  // The proxy's image has a node in it, which makes it a client that tells error codes apart.
  const stack = {
    name: 'labctl-test-client-view',
    systems: { etcd: { nodes: 1 } },
    nodes: {
      app: {
        image: proxyImageTag(),
        entrypoint: ['sleep', '3600'],
        init: true,
        connects: ['etcd'],
      },
    },
  };
  writeFileSync(file, JSON.stringify(stack));
  lab = await startLab('labctl-test-client-view', '-f', file);
});
afterEach(async () => void (await lab?.run('heal')));
afterAll(async () => {
  await rm(dir, { recursive: true, force: true });
  await lab[Symbol.asyncDispose]();
});

/** Dials etcd-1 from `app` and sends a request; prints the first of: an error code, `answer`, `silence`. */
const SCRIPT = `
  const socket = require('node:net').connect({ host: 'etcd-1', port: 2379 });
  const end = (word) => { console.log(word); process.exit(); };
  socket.on('error', (error) => end(error.code));
  socket.on('connect', () => socket.write('GET /version HTTP/1.0\\r\\n\\r\\n'));
  socket.on('data', () => end('answer'));
  setTimeout(() => end(socket.connecting ? 'no connect' : 'silence'), 1500);
`;
const dial = async () => (await lab.run('exec', 'app', '--', 'node', '-e', SCRIPT)).out.trim();

test('an extra node has its own edges, and reaches what it connects to', async () => {
  const { edges, nodes } = await lab.json<LabStatus>('status');
  expect(edges.map(({ name }) => name).sort()).toEqual(['app:etcd-1', 'host:etcd-1']);
  expect(nodes.find(({ name }) => name === 'app')).toMatchObject({
    system: 'custom',
    leader: null,
  });
  expect(await dial()).toBe('answer');
});

for (const [mode, seen] of [
  ['refuse', 'ECONNREFUSED'],
  ['reset', 'ECONNRESET'],
  ['jam', 'silence'],
  ['drop', 'no connect'],
] as const)
  test(`${mode}: a client sees ${seen}, and an answer after heal`, async () => {
    const cut = await lab.run('partition', 'app', '--mode', mode);
    expect(cut.status, cut.err).toBe(0);
    expect(await dial()).toBe(seen);
    await lab.run('heal');
    expect(await dial()).toBe('answer');
  });

test('a killed node is not an accepted connection: the client is reset', async () => {
  await lab.run('kill', 'etcd-1');
  expect(await dial()).toBe('ECONNRESET');
  await lab.run('start', 'etcd-1', '--wait');
  expect(await dial()).toBe('answer');
});
