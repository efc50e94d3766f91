// Getting images on a real engine, with registries that refuse or say nothing: such answers come from
// the engine itself, so these tests need no network but the Debian mirror.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDocker } from '../../src/docker/connect.ts';
import {
  ensureImage,
  ensureProxyImage,
  type PullPolicy,
  removeOldProxies,
} from '../../src/docker/images.ts';
import type { LabError } from '../../src/errors.ts';
import type { ImageSource } from '../../src/stack/model.ts';

/** Nothing listens there, and the engine says so at once. */
const REFUSED = '127.0.0.1:1/none:1';
const REFUSAL =
  'pull 127.0.0.1:1/none:1: Get "http://127.0.0.1:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused';
const BUILT = 'labctl-test/etcd:3.5.16';
const RECIPE_LABEL = { 'labctl.recipe': 'proxy' };
const recipe = { name: 'etcd', tag: BUILT, suite: 'trixie' };

let docker: Docker;
beforeAll(async () => {
  docker = await openDocker();
});
const removeBuilt = () =>
  docker
    .getImage(BUILT)
    .remove()
    .catch(() => {});
afterAll(removeBuilt);

async function ensure(source: ImageSource, pull: PullPolicy = 'missing', signal?: AbortSignal) {
  const said: string[] = [];
  const say = (line: string) => void said.push(line);
  const image = await ensureImage(docker, source, { pull, say, ...(signal && { signal }) });
  return { ...image, said };
}

const failure = (...args: Parameters<typeof ensure>): Promise<LabError> =>
  ensure(...args).then(
    () => expect.fail('there is such an image'),
    (error) => error,
  );

test('a registry that refuses and no recipe: the error says so, at once', async () => {
  const startedMs = performance.now();
  const { code, message, details } = await failure({ ref: REFUSED });
  expect({ code, message, details }).toEqual({
    code: 'image-unavailable',
    message: 'image 127.0.0.1:1/none:1 is not here',
    details: [REFUSAL],
  });
  expect(performance.now() - startedMs).toBeLessThan(3_000);
});

test('with --pull never no registry is asked and nothing is built', async () => {
  await removeBuilt();
  const { code, details } = await failure({ ref: REFUSED, recipe }, 'never');
  expect(code).toBe('image-unavailable');
  expect(details).toEqual(['pull 127.0.0.1:1/none:1: not tried (--pull never)']);
});

test('a recipe is built once, also when two ask at once, and found from then on', async () => {
  await removeBuilt();
  const source = { ref: REFUSED, recipe };
  const [built, twin] = await Promise.all([ensure(source), ensure(source)]);
  expect(built).toMatchObject({ ref: BUILT, source: 'built' });
  expect(built.said[1]).toMatch(/^building 1\//);
  expect(twin.id).toBe(built.id);
  for (const pull of ['missing', 'never'] as const) {
    const found = await ensure(source, pull);
    expect(found).toEqual({ ref: BUILT, id: built.id, source: 'built', said: [] });
  }
  const always = await ensure(source, 'always');
  expect(always).toEqual({ ref: BUILT, id: built.id, source: 'built', said: ['pulling'] });
});

test('a recipe whose suite has another version fails with what apt said', async () => {
  const tag = 'labctl-test/etcd:0.0.1';
  const { code, details } = await failure({ ref: REFUSED, recipe: { ...recipe, tag } });
  expect(code).toBe('image-unavailable');
  expect(details[0]).toBe(REFUSAL);
  expect(details[1]).toBe(`build ${tag}: a command returned a non-zero code: 100`);
  expect(details.slice(2)).toEqual([
    "  E: Version '0.0.1*' for 'etcd-server' was not found",
    "  E: Version '0.0.1*' for 'etcd-client' was not found",
  ]);
});

test('a registry that says nothing is given up in seconds, or when the user interrupts', async () => {
  const silent = await listen();
  try {
    const { port } = silent.address() as { port: number };
    const ref = `127.0.0.1:${port}/none:1`;
    const startedMs = performance.now();
    const { details } = await failure({ ref });
    expect(details).toEqual([`pull ${ref}: no answer within 6 s`]);
    expect(performance.now() - startedMs).toBeLessThan(9_000);

    const interrupted = await failure({ ref }, 'missing', AbortSignal.timeout(200));
    expect(interrupted.name).toBe('TimeoutError');
  } finally {
    silent.close();
  }
});

/** An image of the proxy without a file in it, made at that time. */
async function loadProxy(tag: string, created: string): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'labctl-test-'));
  const config = {
    ...{ architecture: 'amd64', os: 'linux', created, config: { Labels: RECIPE_LABEL } },
    rootfs: { type: 'layers', diff_ids: [] },
  };
  const manifest = [{ Config: 'config.json', RepoTags: [tag], Layers: [] }];
  await writeFile(join(dir, 'config.json'), JSON.stringify(config));
  await writeFile(join(dir, 'manifest.json'), JSON.stringify(manifest));
  await execa('tar', ['-cf', 'image.tar', 'config.json', 'manifest.json'], { cwd: dir });
  await execa('docker', ['load', '-i', join(dir, 'image.tar')]);
  await rm(dir, { recursive: true });
}

test('proxies of a day before go when a new one is made, but those that containers use', async () => {
  const [unused, used, young] = ['unused', 'used', 'young'].map(
    (name) => `labctl/proxy:labctl-test-${name}`,
  ) as [string, string, string];
  const made = await ensureProxyImage(docker, { pull: 'missing', say: () => {} });
  await loadProxy(unused, '2020-01-01T00:00:00Z');
  await loadProxy(used, '2020-01-02T00:00:00Z');
  await loadProxy(young, new Date().toISOString());
  const container = await docker.createContainer({ Image: used, Cmd: ['none'] });
  try {
    await removeOldProxies(docker, made);
    const tags = (await docker.listImages()).flatMap(({ RepoTags }) => RepoTags ?? []);
    expect(tags).not.toContain(unused);
    expect(tags).toEqual(expect.arrayContaining([made.ref, used, young]));
  } finally {
    await container.remove();
    for (const tag of [used, young]) await docker.getImage(tag).remove();
  }
});

const listen = () =>
  new Promise<Server>((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
