// The engine is found as the docker command finds it.
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { connect, findEndpoint, openDocker } from '../../../src/docker/connect.ts';

const config = mkdtempSync(join(tmpdir(), 'labctl-test-'));
afterAll(() => rmSync(config, { recursive: true }));

function addContext(name: string, host: string, tls = false): void {
  const digest = createHash('sha256').update(name).digest('hex');
  const meta = join(config, 'contexts', 'meta', digest);
  mkdirSync(meta, { recursive: true });
  const text = JSON.stringify({ Name: name, Endpoints: { docker: { Host: host } } });
  writeFileSync(join(meta, 'meta.json'), text);
  if (tls) mkdirSync(join(config, 'contexts', 'tls', digest, 'docker'), { recursive: true });
}
addContext('far', 'tcp://far.example:2376', true);
addContext('near', 'unix:///run/near.sock');
writeFileSync(join(config, 'config.json'), JSON.stringify({ currentContext: 'near' }));

const find = (env: Record<string, string>) => findEndpoint({ DOCKER_CONFIG: config, ...env });

test('DOCKER_HOST wins, then DOCKER_CONTEXT, then the config file, then the default socket', () => {
  expect(find({ DOCKER_HOST: 'tcp://h:1', DOCKER_CONTEXT: 'far' })).toMatchObject({
    host: 'tcp://h:1',
    context: 'DOCKER_HOST',
  });
  expect(find({ DOCKER_CONTEXT: 'far' })).toMatchObject({
    host: 'tcp://far.example:2376',
    tlsDir: expect.stringContaining(config),
  });
  expect(find({})).toEqual({ host: 'unix:///run/near.sock', context: 'near' });
  expect(find({ DOCKER_CONTEXT: 'default' })).toMatchObject({ context: 'default' });
  expect(findEndpoint({ DOCKER_CONFIG: '/nowhere' })).toMatchObject({ context: 'default' });
});

test('a context that is not there is named', () => {
  expect(() => find({ DOCKER_CONTEXT: 'lost' })).toThrow(/no docker context "lost"/);
});

test('addresses become what dockerode takes', () => {
  const modem = (host: string) =>
    (connect({ host, context: 'x' }) as unknown as { modem: Record<string, unknown> }).modem;
  expect(modem('unix:///run/x.sock')).toMatchObject({ socketPath: '/run/x.sock' });
  expect(modem('tcp://h:2375')).toMatchObject({ protocol: 'http', host: 'h', port: 2375 });
  expect(modem('ssh://me@h')).toMatchObject({
    protocol: 'ssh',
    host: 'h',
    port: 22,
    username: 'me',
  });
});

test('an engine that does not answer: why, and what helps', async () => {
  const { message, hint } = await openDocker({ DOCKER_HOST: 'unix:///none' }).catch((e) => e);
  expect(message).toBe('cannot reach Docker at unix:///none (context "DOCKER_HOST"): no such file');
  expect(hint).toContain('unset DOCKER_HOST');
  const other = await openDocker({ DOCKER_CONTEXT: 'near', DOCKER_CONFIG: config }).catch((e) => e);
  expect(other.hint).toContain('start docker');
});
