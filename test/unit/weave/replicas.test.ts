// Services of several containers: each is a node, and the service's name leads to one of them.
import { expect, test } from 'vitest';
import { buildModel } from '../../../src/stack/build-model.ts';
import { selectNodes } from '../../../src/stack/select.ts';
import { systems } from '../../../src/systems/index.ts';
import { edgesOf, mysql, started, woven } from './shop.ts';

const services = {
  my_web: { image: 'w', scale: 2, links: ['db:sql'], ports: [{ target: 80, published: '81' }] },
  db: { ...mysql, deploy: { replicas: 2, mode: 'replicated', placement: {} } },
  job: { image: 'j', depends_on: { my_web: started }, deploy: { endpoint_mode: 'vip' } },
  off: { image: 'o', scale: 0 },
};

test("each is a node with edges of its own; a port on the machine is the first one's", () => {
  const { edges, nodes, notWoven, stack } = woven(services);
  expect(nodes.map(({ name, service }) => `${name} of ${service}`)).toEqual([
    ...['my-web-1 of my_web', 'my-web-2 of my_web', 'db-1 of db', 'db-2 of db', 'job of job'],
  ]);
  expect(edges.map(({ name }) => name)).toEqual([
    ...['my-web-1:db-1', 'my-web-1:db-2', 'my-web-2:db-1', 'my-web-2:db-2'],
    ...['job:my-web-1', 'job:my-web-2', 'host:my-web-1', 'host:my-web-2'],
  ]);
  expect(stack.nodes['my-web-1']!.published).toEqual({ 80: 81 });
  expect(stack.nodes['my-web-2']!.published).toEqual({ 80: null });
  expect(notWoven).toEqual([
    { what: 'off', key: 'all of it', why: 'it has 0 replicas' },
    { what: 'job', key: 'deploy.endpoint_mode', why: 'only a swarm has it' },
  ]);
  const one = woven({ ...services, off: { image: 'o', scale: 1 } });
  expect(one.nodes.at(-1)!.name).toBe('off');
});

test('the name of the service is that of all its replicas', () => {
  const { stack } = woven(services);
  const { nodes } = buildModel(stack, systems);
  const named = nodes.map(({ group, aliases }) => `${group}: ${aliases}`);
  expect(named).toEqual([
    'my-web: my_web-1,my_web',
    'my-web: my_web-2,my_web',
    'db: db,sql',
    'db: db,sql',
    'job: ',
  ]);
  expect(selectNodes('db', nodes)).toEqual(['db-1', 'db-2']);
});

test('one that names itself dials its siblings; given edges are of all or of one', () => {
  const cluster = { web: { expose: ['1'], scale: 2, command: ['--join=web:2'] }, db: mysql };
  expect(edgesOf(cluster, { edges: ['web:db', 'db:web-2'] })).toEqual([
    'web-1:web-2 1,2 (command)',
    'web-2:web-1 1,2 (command)',
    'web-1:db 3306 (--edge web:db)',
    'web-2:db 3306 (--edge web:db)',
    'db:web-2 1,2 (--edge db:web-2)',
  ]);
});

test('of a range of ports each takes one, and who is alone the first', () => {
  const ports = [{ target: 80, published: '81-82' }];
  expect(woven({ web: { ports } }).stack.nodes.web!.published).toEqual({ 80: 81 });
  const web = { scale: 2, ports: [{ target: 80, published: '81-82' }] };
  const { nodes } = woven({ web }).stack;
  expect(Object.values(nodes).map(({ published }) => published)).toEqual([{ 80: 81 }, { 80: 82 }]);
});
