// A lab as its labels tell of it.
import type Docker from 'dockerode';
import { expect, test } from 'vitest';
import type { ObservedContainer, ObservedLab } from '../../../src/docker/observe.ts';
import { sessionOf } from '../../../src/lab/session.ts';

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
