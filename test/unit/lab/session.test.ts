// A lab as its labels tell of it.
import type Docker from 'dockerode';
import { expect, test } from 'vitest';
import type { ObservedContainer, ObservedLab } from '../../../src/docker/observe.ts';
import { replace } from '../../../src/lab/replace.ts';
import { containerOf, sessionOf } from '../../../src/lab/session.ts';

const docker = {} as Docker;
const observed = (system: string): ObservedLab => ({
  name: 'demo',
  stack: { name: 'demo', systems: { db: { system, nodes: 1 } }, nodes: {} },
  nodes: new Map(),
  proxies: new Map(),
  monitors: new Map(),
  networks: new Map(),
  replaced: {},
});

test('a lab of a system that this labctl does not know is named, with a way out', () => {
  expect(() => sessionOf(docker, observed('oracle'))).toThrow(
    'lab demo runs on oracle, which this labctl knows not',
  );
  expect(sessionOf(docker, observed('etcd')).model.stack.name).toBe('demo');
});

test('whether a lab has a monitor is told by its containers', () => {
  const monitorOf = (...running: readonly string[]) => {
    const monitors = new Map(running.map((name) => [name, {} as ObservedContainer]));
    return sessionOf(docker, { ...observed('etcd'), monitors }).model.stack.monitor;
  };
  expect(monitorOf()).toBeUndefined();
  expect(monitorOf('prometheus')).toBe('prometheus');
  expect(monitorOf('grafana', 'prometheus')).toBe(true);
});

test('hints name the command that made the lab: of a woven one no stack file is there', async () => {
  const app = { ports: [], connects: [], service: {} };
  const parts = { volumes: {}, secrets: {}, configs: {} };
  const own = { name: 'demo', systems: {}, nodes: { app } };
  for (const [stack, start, file] of [
    [own, 'labctl up', 'stack'],
    [{ ...own, parts }, 'labctl weave FILE', 'compose'],
  ] as const) {
    const session = sessionOf(docker, { ...observed('etcd'), stack });
    const hint = `${start} makes what is missing`;
    expect(() => containerOf(session, 'app')).toThrow(expect.objectContaining({ hint }));
    await expect(replace(session, ['app'], { version: '1' })).rejects.toMatchObject({
      hint: `change it in the ${file} file, then ${start}`,
    });
  }
});
