// `links:` at the top of a stack file: which edges they make, and what is wrong with one.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildModel } from '../../../src/stack/build-model.ts';
import type { Link } from '../../../src/stack/model.ts';
import { load, loadError, systems } from './fake.ts';

const TWO = `systems:
  redis: {nodes: 2}
  etcd: {nodes: 1}
nodes:
  app: {image: x, ports: [80]}
  job: {image: x}
`;

const edges = (...links: readonly string[]): string[] => {
  const { edges } = buildModel(load(`${TWO}links: [${links.join(', ')}]`), systems);
  return edges.map(({ name, ports }) => `${name} ${ports.join(',')}`);
};

const OWN = ['host:redis-1 2379', 'host:redis-2 2379', 'host:etcd-1 2379', 'host:app 80'];

describe('links', () => {
  test('from nodes of a system, by group, on the ports that the target publishes', () => {
    expect(edges('{from: redis, to: etcd}')).toEqual([
      'redis-1:etcd-1 2379',
      'redis-2:etcd-1 2379',
      ...OWN,
    ]);
  });

  test('from a node to a glob, with ports; two links add up', () => {
    const links = ['{from: job, to: "redis-*", ports: [7]}', '{from: job, to: redis-1}'];
    expect(edges(...links)).toEqual(['job:redis-1 7,2379', 'job:redis-2 7', ...OWN]);
  });

  test('a glob that holds the target too links nothing to itself', () => {
    expect(edges('{from: "*", to: app}')).toEqual([
      'redis-1:app 80',
      'redis-2:app 80',
      'etcd-1:app 80',
      'job:app 80',
      ...OWN,
    ]);
  });

  test('connects says the same as a link', () => {
    const names = ['redis', 'redis-2', 'etcd', 'app'];
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.option(fc.integer({ min: 1, max: 99 })),
        (to, port) => {
          const connects = `connects: [${port ? `${to}:${port}` : to}]`;
          const one = load(TWO.replace('job: {image: x}', `job: {image: x, ${connects}}`));
          const link: Link = { from: 'job', to, ...(port && { ports: [port] }) };
          const other = { ...load(TWO), links: [link] };
          expect(buildModel(one, systems).edges).toEqual(buildModel(other, systems).edges);
        },
      ),
    );
  });

  test('nothing is kept of an empty list', () => {
    expect(load(`${TWO}links: []`)).toEqual(load(TWO));
  });
});

describe('a link that is wrong', () => {
  const error = (link: string) => loadError(`${TWO}links: [${link}]`).split('\n').toSpliced(1, 2);

  test('names nobody', () => {
    expect(error('{from: redis, to: etdc}')).toMatchInlineSnapshot(`
      [
        "error: lab.yaml:7:27: there is no node or group "etdc"; did you mean "etcd"?  (lab-invalid)",
        "hint: nodes and groups: redis, redis-1, redis-2, etcd, etcd-1, app, job",
      ]
    `);
  });
  test('names host', () => {
    expect(error('{from: host, to: etcd}')).toMatchInlineSnapshot(`
      [
        "error: lab.yaml:7:16: host cannot be linked: it dials what nodes publish, and nobody dials it  (lab-invalid)",
        "hint: nodes and groups: redis, redis-1, redis-2, etcd, etcd-1, app, job",
      ]
    `);
  });
  test('leads to a node without ports', () => {
    expect(error('{from: app, to: job}')).toMatchInlineSnapshot(`
      [
        "error: lab.yaml:7:25: job publishes no port: give the link its ports: [PORT]  (lab-invalid)",
        "hint: nodes and groups: redis, redis-1, redis-2, etcd, etcd-1, app, job",
      ]
    `);
  });
  test('leads a node to itself', () => {
    expect(error('{from: app, to: app}')).toMatchInlineSnapshot(`
      [
        "error: lab.yaml:7:25: app cannot be linked to itself  (lab-invalid)",
        "hint: nodes and groups: redis, redis-1, redis-2, etcd, etcd-1, app, job",
      ]
    `);
  });
  test('lacks an end', () => {
    expect(error('{from: app}')).toMatchInlineSnapshot(`
      [
        "error: lab.yaml:7:9: to is missing: it must be a text  (lab-invalid)",
        "hint: to: Whom it dials, in the same words.",
      ]
    `);
  });
  test('has a port that is none', () => {
    expect(error('{from: app, to: etcd, ports: [0]}')).toMatchInlineSnapshot(`
      [
        "error: lab.yaml:7:39: ports[0] must be a port from 1 to 60999, not 0  (lab-invalid)",
        "hint: ports: Ports. Default: those that the target publishes.",
      ]
    `);
  });
  test('is written with a colon', () => {
    expect(error('{from: app, to: "etcd:2379"}')).toMatchInlineSnapshot(`
      [
        "error: lab.yaml:7:25: to must be a node, a group, a role or a glob such as etcd-*, not "etcd:2379"  (lab-invalid)",
        "hint: to: Whom it dials, in the same words.",
      ]
    `);
  });
});
