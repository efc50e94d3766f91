// What goes wrong, each with its exit status and a message to act on, and nothing touched.
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { labctl, leftovers, main } from './labctl.ts';

const LAB = 'labctl-test-bad-input';
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'labctl-test-'));
});
afterAll(async () => {
  await rm(dir, { recursive: true, force: true });
  expect(await leftovers(LAB)).toEqual([]);
});

async function stackFile(text: string): Promise<string> {
  const file = join(dir, 'lab.yaml');
  await writeFile(file, text);
  return file;
}

const commands: [what: string, words: string[], status: number, message: RegExp][] = [
  [
    'an unknown stack',
    ['up', 'etcd3node'],
    2,
    /etcd3node[\s\S]*did you mean "etcd-3node"[\s\S]*\(stack-not-found\)/,
  ],
  [
    '0 nodes',
    ['up', 'etcd-3node', '--set', 'nodes=0'],
    2,
    /--set nodes=0: [\s\S]*from 1 to 25, not 0/,
  ],
  ['10,000 nodes', ['up', 'etcd-3node', '--set', 'nodes=10000'], 2, /from 1 to 25, not 10000/],
  [
    'a word for a version',
    ['up', 'etcd-3node', '--set', 'version=new'],
    2,
    /a version is written like 3\.5\.16/,
  ],
  [
    'an own flag of labctl',
    ['up', 'etcd-3node', '--set', 'flags={name: x}'],
    2,
    /labctl sets this flag itself/,
  ],
  ['a name that climbs', ['up', 'etcd-1node', '--lab', '../evil'], 2, /--lab: "\.\.\/evil"/],
  ['a name for the shell', ['up', 'etcd-1node', '--lab', '$(reboot)'], 2, /--lab: "\$\(reboot\)"/],
  [
    'an unknown command',
    ['partion'],
    2,
    /unknown command 'partion'; did you mean "partition"\?[\s\S]*\(usage\)/,
  ],
  ['an unknown flag', ['up', '--frehs'], 2, /unknown option '--frehs'[\s\S]*--fresh/],
  ['too many words', ['ls', 'one', 'two'], 2, /too many arguments/],
  [
    'a duration without a unit',
    ['up', 'etcd-1node', '--timeout', '30'],
    2,
    /30 has no unit; write 30s or 30ms/,
  ],
  [
    'an unknown lab',
    ['status', '--lab', 'nobody'],
    2,
    /there is no lab "nobody"[\s\S]*\(lab-not-found\)/,
  ],
  ['an unknown code', ['explain', 'wat'], 2, /there is no error code "wat"/],
  [
    'a code with a slip in it',
    ['explain', 'nod-unknown'],
    2,
    /there is no error code "nod-unknown"; did you mean "node-unknown"\?/,
  ],
  [
    'less memory than Docker allows',
    ['up', 'etcd-1node', '--lab', LAB, '--set', 'mem_limit=5'],
    2,
    /--set mem_limit=5: mem_limit must be 6m or more, not "5"/,
  ],
  [
    'a file that is not there',
    ['validate', 'none.yaml'],
    2,
    /none\.yaml[\s\S]*\(stack-not-found\)/,
  ],
  [
    'a range too small',
    ['up', 'etcd-3node', '--lab', LAB, '--subnets', '10.213.0.0/27'],
    125,
    /\(subnet-exhausted\)/,
  ],
  [
    'an image nobody has',
    ['up', 'etcd-1node', '--lab', LAB, '--set', 'image=127.0.0.1:1/none:1'],
    125,
    /image 127\.0\.0\.1:1\/none:1[\s\S]*pull [\s\S]*\(image-unavailable\)|\(image-unavailable\)[\s\S]*pull 127/,
  ],
  [
    'never pull what is not here',
    ['up', 'etcd-1node', '--lab', LAB, '--pull', 'never', '--set', 'version=3.5.1'],
    125,
    /\(image-unavailable\)/,
  ],
];

test.for(commands)('%s', async ([, words, status, message]) => {
  const ran = await labctl(...words);
  expect(ran.err).toMatch(message);
  expect(ran.err).toMatch(/\nhint: ./);
  expect(ran).toMatchObject({ status, out: '' });
});

test('a version that the registry does not have', async () => {
  const registry = createHttpServer((request, response) => {
    const absent = request.url !== '/v2/';
    response.writeHead(absent ? 404 : 200, { 'Content-Type': 'application/json' });
    response.end(absent ? '{"errors":[{"code":"MANIFEST_UNKNOWN","message":"unknown"}]}' : '{}');
  }).listen(0, '127.0.0.1');
  await once(registry, 'listening');
  const { port } = registry.address() as { port: number };
  const image = `image=127.0.0.1:${port}/etcd:v3.9.9`;
  const ran = await labctl('up', 'etcd-1node', '--lab', LAB, '--set', image);
  registry.close();
  expect(ran.err).toMatch(/the registry has no image .*etcd:v3\.9\.9 {2}\(version-unknown\)/);
  expect(ran.status).toBe(2);
});

test('a lab name never leads out of the folder of labs', async () => {
  for (const name of ['../evil', '', '/etc']) {
    const ran = await labctl('down', '--lab', name);
    expect(ran.status, ran.out).toBe(2);
    expect(ran.err).toMatch(/lab name .*\(usage\)/);
  }
});

test('a flag has the variable that its help shows, and 0 is off', async () => {
  const env = { LABCTL_PARTITION_MODE: 'dorp', LABCTL_QUIET: '0' };
  const ran = await execa('node', [main, 'partition', 'x'], { reject: false, env });
  expect(ran.stderr).toMatch(/'dorp' from env 'LABCTL_PARTITION_MODE' is invalid/);
  const stacks = await execa('node', [main, 'stacks'], { env });
  expect(stacks.stdout).toMatch(/^STACK/);
});

test('a long result arrives whole in a pipe with a slow reader', async () => {
  const render = `node ${main} render etcd-3node --set nodes=15`;
  const { stdout } = await execa('sh', ['-c', `${render} | (sleep 1; tail -n 4)`]);
  expect(stdout).toContain('etcd-15');
});

test('down of what is not there succeeds', async () => {
  expect(await labctl('down', '--lab', 'nobody')).toMatchObject({
    status: 0,
    out: 'no lab nobody is there: nothing to do',
  });
});

test('down --all asks, and without a terminal it needs --yes', async () => {
  const ran = await labctl('down', '--all');
  expect([0, 2]).toContain(ran.status); // 0: no lab of another test is there at this moment
  if (ran.status === 2) expect(ran.err).toMatch(/labctl down --all --yes/);
});

test('errors in a file say where, and show the line', async () => {
  const file = await stackFile('systems:\n  etcd:\n    nods: 3\n');
  const ran = await labctl('up', '-f', file, '--lab', LAB);
  expect(ran.status).toBe(2);
  expect(ran.err).toContain('lab.yaml:3:5: unknown key "nods"');
  expect(ran.err).toContain('did you mean "nodes"?');
  expect(ran.err).toMatch(/3 \| {4,}nods: 3\n *\| {4,}\^{4}\n/);
});

test('broken YAML says where', async () => {
  const ran = await labctl('validate', await stackFile('systems:\n  etcd: [\n'));
  expect(ran.status).toBe(2);
  expect(ran.err).toMatch(/lab\.yaml:\d+:\d+: .*\(lab-invalid\)/);
});

test('-o json puts the error on stderr in its documented shape', async () => {
  const ran = await labctl('status', '--lab', 'nobody', '-o', 'json');
  expect(ran.out).toBe('');
  expect(JSON.parse(ran.err)).toEqual({
    error: {
      code: 'lab-not-found',
      message: 'there is no lab "nobody"',
      hint: expect.any(String),
      details: [],
      definite: true,
    },
  });
});

test('an engine that does not answer: 125, its address, and what to do', async () => {
  const env = { DOCKER_HOST: 'unix:///nowhere/docker.sock' };
  for (const words of [['status'], ['up', 'etcd-1node'], ['down'], ['ls']]) {
    const ran = await execa('node', [main, ...words], { reject: false, env });
    expect(ran.exitCode).toBe(125);
    expect(ran.stderr).toContain(
      'cannot reach Docker at unix:///nowhere/docker.sock (context "DOCKER_HOST"): no such file',
    );
    expect(ran.stderr).toContain('unset DOCKER_HOST');
  }
  const doctor = await execa('node', [main, 'doctor'], { reject: false, env });
  expect(doctor.exitCode).toBe(125);
  expect(doctor.stdout).toMatch(/fix {2}docker/);
});

test('a compose that knows no configs with their text: found before anything is touched', async () => {
  await writeFile(join(dir, 'docker'), '#!/bin/sh\necho 2.20.3\n', { mode: 0o755 });
  const env = { PATH: `${dir}:${process.env.PATH}` };
  const run = (...words: string[]) => execa('node', [main, ...words], { reject: false, env });
  const cases = [
    ['tidb', ['tidb']],
    ['tidb', ['tidb', '--dry-run']],
    ['the monitor', ['etcd-1node', '--set', 'monitor=true']],
  ] as const;
  for (const [owner, words] of cases) {
    const ran = await run('up', '--lab', LAB, ...words);
    expect([words, ran.exitCode]).toEqual([words, 125]);
    expect(ran.stderr).toContain(`docker compose is 2.20.3, and ${owner} needs 2.23.1 or newer`);
  }
  expect((await run('doctor')).stdout).toContain('2.20.3; for tidb and monitor 2.23.1 or newer');
});

test('a fixed host port that is taken is found before anything is touched', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const ran = await labctl('up', 'etcd-1node', '--lab', LAB, '--set', `host_port=${port}`);
  server.close();
  expect(ran.status).toBe(125);
  expect(ran.err).toMatch(new RegExp(`host port ${port}.* is in use {2}\\(port-taken\\)`));
});
