import { describe, expect, test } from 'vitest';
import { loadStack } from '../../../src/stack/load.ts';
import { load, systems } from './fake.ts';

const group = (lines: string) => load(`systems:\n  etcd:\n    nodes: 3\n${lines}`).systems.etcd!;
const node = (lines: string) => load(`nodes:\n  app:\n    image: redis:7\n${lines}`).nodes.app!;

describe('a stack file', () => {
  test('becomes a stack', () => {
    const stack = load(`
# yaml-language-server: $schema=../../schema/stack.json
name: my-lab
systems:
  etcd: {version: 3.4.23, nodes: 1}
  cache:
    system: redis
nodes:
  app:
    image: app:1
    ports: [80]
    connects: [etcd, cache-1, cache-2:2380]
    command: [serve, --port, 80]
`);
    expect(stack).toEqual({
      name: 'my-lab',
      systems: {
        etcd: { system: 'etcd', version: '3.4.23', nodes: 1, flags: {} },
        cache: { system: 'redis', version: '3.5.16', nodes: 3, flags: {} },
      },
      nodes: {
        app: {
          ports: [80],
          connects: ['etcd', 'cache-1', 'cache-2:2380'],
          service: { image: 'app:1', command: ['serve', '--port', '80'] },
        },
      },
    });
  });

  test('a group or node list that holds nothing has its defaults', () => {
    expect(load('systems:\n  etcd:\nnodes:\n').systems.etcd).toMatchObject({ nodes: 3 });
  });

  test.each([
    ['lab.yaml', '/home/me', 'lab'],
    ['some/where/My Lab.yaml', '/home/me/some/where', 'my-lab'],
    ['examples/etcd-3node/stack.yaml', '/x/examples/etcd-3node', 'etcd-3node'],
    ['labctl.yaml', '/home/me/Bug 42', 'bug-42'],
    ['stdin', '/home/me', 'me'],
    ['/labctl.yaml', '/', 'lab'],
  ])('%s without a name is the lab %s %s', (path, folder, name) => {
    expect(
      loadStack({ text: 'systems: {etcd: }', path, folder, readFile: () => '' }, [], systems).name,
    ).toBe(name);
  });

  test('reads Windows line ends, a byte order mark and aliases', () => {
    expect(
      load('\uFEFFname: a\r\nsystems:\r\n  etcd:\r\n    nodes: 5\r\n').systems.etcd,
    ).toMatchObject({ nodes: 5 });
    const stack = load('nodes:\n  a: &a {image: x, environment: {V: 1.0}}\n  b: *a\n');
    expect(stack.nodes.b).toEqual(stack.nodes.a);
    expect(stack.nodes.b!.service.environment).toEqual({ V: '1.0' });
  });
});

describe('a text is kept as it is typed', () => {
  test.each(['3.10', '3.5', 'v3.5.16', '3.5.16', '"3.10"'])('version: %s', (version) => {
    expect(group(`    version: ${version}\n`).version).toBe(version.replaceAll('"', ''));
  });

  test('flags, environment and command', () => {
    expect(group('    flags: {a: 1.10, b: true, c: 0x1F, d: 1e3}').flags).toEqual({
      a: '1.10',
      b: 'true',
      c: '0x1F',
      d: '1e3',
    });
    expect(node('    command: [sleep, 010, 1.50]').service.command).toEqual([
      'sleep',
      '010',
      '1.50',
    ]);
    expect(node('    environment: {A: 1_000, B: 007}').service.environment).toEqual({
      A: '1_000',
      B: '007',
    });
  });

  test('numbers stay numbers where numbers are wanted', () => {
    expect(group('    cpus: 0.50').cpus).toBe(0.5);
    expect(node('    ports: [6379]').ports).toEqual([6379]);
  });
});

describe('paths are seen from the folder of the file', () => {
  test('in a group', () => {
    expect(group('    binary: ./bin/etcd').binary).toBe('/home/me/bin/etcd');
    expect(group('    binary: /bin/etcd').binary).toBe('/bin/etcd');
  });

  test('in a node', () => {
    const { service } = node(`
    build: {context: ../app, dockerfile: Dockerfile}
    env_file: [a.env]
    volumes: [./data:/data:ro, /tmp:/tmp, /cache, {type: bind, source: b, target: /b}]
    command: ./run
`);
    expect(service).toMatchObject({
      build: { context: '/home/app', dockerfile: 'Dockerfile' },
      env_file: ['/home/me/a.env'],
      volumes: [
        '/home/me/data:/data:ro',
        '/tmp:/tmp',
        '/cache',
        { type: 'bind', source: '/home/me/b', target: '/b' },
      ],
      command: './run',
    });
  });
});

describe('--set', () => {
  const one = 'systems:\n  etcd:\n    nodes: 3\n    flags: {a: 1}\n';
  const two = 'systems:\n  etcd:\n  cache: {system: redis}\nnodes:\n  app: {image: x}\n';

  test('a key of the only group', () => {
    expect(load(one, 'nodes=5', 'version=3.10').systems.etcd).toMatchObject({
      nodes: 5,
      version: '3.10',
      flags: { a: '1' },
    });
  });

  test('one key of a map, or the whole map', () => {
    expect(load(one, 'flags.b=2').systems.etcd!.flags).toEqual({ a: '1', b: '2' });
    expect(load(one, 'flags={b: 1.10}').systems.etcd!.flags).toEqual({ b: '1.10' });
    expect(load(one, 'flags={}', 'flags.c=x=y').systems.etcd!.flags).toEqual({ c: 'x=y' });
  });

  test('a group or node by its name', () => {
    const stack = load(two, 'cache.nodes=1', 'etcd.nodes=5', 'app.image=redis:8', 'app.ports=[80]');
    expect(stack.systems).toMatchObject({ etcd: { nodes: 5 }, cache: { nodes: 1 } });
    expect(stack.nodes.app).toMatchObject({ ports: [80], service: { image: 'redis:8' } });
  });

  test("the lab's name, and the last of two wins", () => {
    expect(load(one, 'name=x', 'name=7').name).toBe('7');
  });

  test('a path is seen from the folder of the file too', () => {
    expect(load(one, 'binary=bin/etcd').systems.etcd!.binary).toBe('/home/me/bin/etcd');
  });
});
