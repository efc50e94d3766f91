// Compose projects, as `docker compose config` prints them, and the stacks that they become.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { LabError } from '../../../src/errors.ts';
import { renderCompose } from '../../../src/render/compose.ts';
import { buildModel } from '../../../src/stack/build-model.ts';
import { nodeNameProblem } from '../../../src/stack/names.ts';
import { systems } from '../../../src/systems/index.ts';
import { toNodeName } from '../../../src/weave/names.ts';
import { exposedBy, knownPorts } from '../../../src/weave/ports.ts';
import { type Project, readProject, type Service } from '../../../src/weave/project.ts';
import { weave } from '../../../src/weave/weave.ts';
import { edgesOf, mysql, project, started, woven } from './shop.ts';

describe('edges', () => {
  test('from depends_on and links, on the ports that the image is known for', () => {
    const web = { image: 'web', depends_on: { db: started }, links: ['cache:redis'] };
    expect(edgesOf({ web, db: mysql, cache: { image: 'redis:7' } })).toEqual([
      'web:cache 6379 (links)',
      'web:db 3306 (depends_on)',
    ]);
  });

  test('a job that must end first is not dialled', () => {
    const web = { depends_on: { job: { condition: 'service_completed_successfully' } } };
    const { edges, notWoven } = woven({ web, job: { image: 'job', expose: ['80'] } });
    expect([edges, notWoven]).toEqual([[], []]);
  });

  test('between services that share no network there is none, and it is said', () => {
    const web = { depends_on: { db: started }, networks: { front: null } };
    const { edges, notWoven } = woven({ web, db: { ...mysql, networks: { back: null } } });
    expect(edges).toEqual([]);
    expect(notWoven).toEqual([
      { what: 'web', key: 'depends_on', why: 'no edge to db: they share no network' },
    ]);
  });

  test('an address that the project has fixed leads nowhere in a lab, and it is said', () => {
    const db = { ...mysql, networks: { default: { ipv4_address: '10.0.0.5' } } };
    const { edges, notWoven } = woven({ web: { environment: { DB: '10.0.0.5:3306' } }, db });
    expect(edges).toEqual([]);
    expect(notWoven).toEqual([
      {
        ...{ what: 'db', key: 'networks.default.ipv4_address' },
        why: 'its address is given by the network of its own',
      },
      {
        ...{ what: 'web', key: 'environment DB' },
        why: "10.0.0.5 is db's address with compose alone; its name is db",
      },
    ]);
  });

  test('given ones: both ways, globs, from the host; words for nobody are wrong', () => {
    const services = { a: { expose: ['1'] }, b: { expose: ['2'] }, my_c: { expose: ['3'] } };
    expect(edgesOf(services, { edges: ['a::b:9', '*:my_c', 'host:a'] })).toEqual([
      'a:b 2,9 (--edge a::b:9)',
      'b:a 1,9 (--edge a::b:9)',
      'a:my-c 3 (--edge *:my_c)',
      'b:my-c 3 (--edge *:my_c)',
      'host:a 1 (--edge host:a)',
    ]);
    expect(() => woven(services, { edges: ['a:d'] })).toThrow('there is no service "d"');
    expect(() => woven(services, { edges: ['a:b:x'] })).toThrow('x is no port');
    expect(() => woven(services, { edges: ['a'] })).toThrow('"a" is no edge');
  });

  test('published ports keep their place on the machine', () => {
    const ports = [
      { target: 80, published: '8080', protocol: 'tcp' },
      { target: 81, protocol: 'tcp' },
      { target: 53, published: '53', protocol: 'udp' },
    ];
    const { stack, notWoven } = woven({ web: { ports } });
    const { nodes, edges } = buildModel(stack, systems);
    expect(nodes[0]).toMatchObject({ publish: ['80', '81'], hostPorts: { 80: 8080 } });
    expect(edges).toEqual([{ name: 'host:web', from: 'host', to: 'web', ports: [80, 81] }]);
    expect(notWoven).toMatchObject([{ key: 'ports 53:53/udp', why: 'a proxy carries TCP only' }]);
  });
});

describe('where others are dialled', () => {
  test('one that says where it listens is dialled there by all', () => {
    const told = (name: string) => ({ LISTENERS: `IN://${name}:19092,OUT://localhost:9` });
    const services = { k1: { environment: told('k1') }, k2: { environment: told('k2') } };
    expect(edgesOf({ ...services, ui: { depends_on: { k1: started, k2: started } } })).toEqual([
      'ui:k1 19092 (depends_on)',
      'ui:k2 19092 (depends_on)',
    ]);
  });

  test("ports that no proxy carries are named, the peers' too", () => {
    const mq = { expose: ['61616', '8161', '53/udp'] };
    const { edges, notWoven } = woven({ web: { environment: { MQ: 'tcp://mq:61616' } }, mq });
    expect(edges).toEqual([]);
    expect(notWoven).toMatchObject([
      { what: 'mq', key: 'expose 61616', why: "ports from 61000 up belong to labctl's probes" },
      { what: 'mq', key: 'expose 53/udp', why: 'a proxy carries TCP only' },
      { what: 'web', key: 'environment MQ', why: expect.stringContaining('mq:61616: ports from') },
    ]);
  });

  test('by a hostname, but not by one that is the name of another service', () => {
    const web = { environment: { A: 'tcp://broker:1' } };
    const kafka = { hostname: 'broker', expose: ['1'] };
    expect(edgesOf({ web, kafka })).toEqual(['web:kafka 1 (environment A)']);
    expect(edgesOf({ web, kafka, broker: {} })).toEqual(['web:broker 1 (environment A)']);
    const local = { environment: { A: 'tcp://localhost:1' } };
    expect(edgesOf({ local, kafka: { ...kafka, hostname: 'localhost' } })).toEqual([]);
  });

  test('one without a network that names itself is told nothing', () => {
    const job = { network_mode: 'none', networks: {}, environment: { URL: 'http://job:1' } };
    expect(woven({ job }).notWoven).toEqual([]);
  });
});

test('what the image says of ports comes before what everybody knows', () => {
  expect(knownPorts({ image: 'registry:5000/library/mysql:8' }, [])).toEqual([3306]);
  expect(knownPorts({ image: 'mysql:8', expose: ['33060-33062', '9/udp'] }, [3306])).toEqual([
    3306, 33060, 33061, 33062,
  ]);
  expect(knownPorts({ image: 'rabbitmq:4', expose: ['15692'] }, [])).toEqual([5672, 15672, 15692]);
  expect(knownPorts({ image: 'own' }, [])).toEqual([]);
  expect(exposedBy('FROM --platform=x golang:1 AS b\nFROM postgres:16-alpine')).toEqual([5432]);
  expect(exposedBy('FROM x\nEXPOSE 80 443/tcp 53/udp\nexpose $PORT\n')).toEqual([80, 443]);
});

test('dollar signs that compose has doubled are single again', () => {
  const json = '{"a":["x$$y",{"b":"$$$$"}]}';
  expect(readProject({ json, warnings: [] })).toMatchObject({ a: ['x$y', { b: '$$' }] });
});

test('any name of a service becomes one that a node may have; a good one stays', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-zA-Z0-9._-]{1,60}$/), (service) => {
      const name = toNodeName(service);
      expect(nodeNameProblem(name)).toBe(undefined);
      expect(toNodeName(name)).toBe(name);
    }),
  );
  expect(['my_db', 'host', '9lives', 'Web.API'].map(toNodeName)).toEqual([
    'my-db',
    'node-host',
    'node-9lives',
    'web-api',
  ]);
});

describe('what is impossible is said all at once', () => {
  const error = (services: Record<string, Service>, more: Partial<Project> = {}): LabError => {
    try {
      weave(project(services, more), new Map());
    } catch (thrown) {
      return thrown as LabError;
    }
    throw new Error('it was woven');
  };

  test('networks of others, twins, external secrets', () => {
    const services = {
      a: { network_mode: 'host' },
      b: { network_mode: 'service:a' },
      my_c: {},
      'my-c': {},
    };
    const { code, exit, details, hint } = error(services, { secrets: { s: { external: true } } });
    expect([code, exit]).toEqual(['weave-impossible', 2]);
    expect(details).toEqual([
      "a: it is on the machine's own network, where no proxy stands between it and others",
      'b: it has no network of its own, but that of service:a',
      'my_c: as the name of a node it would be the same as my-c',
      'my-c: as the name of a node it would be the same as my_c',
      'secret s: it is external, and only a swarm keeps such',
    ]);
    expect(hint).toBe(
      'leave out what may be missing: labctl weave ... --without a --without b --without my_c --without my-c',
    );
  });

  test('what a network was is named', () => {
    const networks = {
      default: {},
      lan: { driver: 'macvlan', enable_ipv6: true },
    };
    const { notWoven } = weave(project({ a: {} }, { networks }), new Map());
    expect(notWoven).toEqual([
      { what: 'network lan', key: 'driver macvlan', why: 'each node has a bridge of its own' },
      { what: 'network lan', key: 'enable_ipv6', why: 'a proxy carries IPv4 only' },
    ]);
  });

  test('a project without services', () => {
    expect(error({}).details).toEqual(['it has no service']);
  });

  test('what is left out keeps nobody from being woven', () => {
    const off = { condition: 'service_started', required: false };
    const services = {
      a: { network_mode: 'host' },
      b: { depends_on: { a: started, profile_off: off } },
    };
    const { stack, notWoven } = woven(services, { without: ['a'] });
    expect(Object.keys(stack.nodes)).toEqual(['b']);
    expect(stack.nodes.b!.service.depends_on).toEqual({});
    expect(notWoven).toEqual([{ what: 'a', key: 'all of it', why: '--without' }]);
    expect(() => woven(services, { without: ['x'] })).toThrow('the project has no such service');
    const bound = { ...services, c: { volumes_from: ['a:ro'] }, d: { pid: 'service:a' } };
    expect(() => woven(bound, { without: ['a'] })).toThrow(
      expect.objectContaining({
        details: ['c', 'd'].map(
          (name) => `${name}: it uses the namespaces or volumes of a, which is left out`,
        ),
      }),
    );
  });
});

test('the compose file of the lab: aliases, order, volumes, secrets, and all else as it was', () => {
  const { stack } = weave(
    project(
      {
        my_db: { ...mysql, volumes: [{ type: 'volume', source: 'data', target: '/d' }] },
        web: {
          ...{ build: { context: '/srv' }, hostname: 'www', secrets: [{ source: 's' }] },
          ...{ environment: { A: '$x', B: null }, shm_size: '1', pid: 'service:my_db' },
          depends_on: { my_db: { condition: 'service_healthy' } },
          deploy: { replicas: 1, resources: { limits: { cpus: 1 } } },
        },
      },
      {
        volumes: { data: { name: 'shop_data', driver: 'local' }, other: { external: true } },
        secrets: { s: { name: 'shop_s', file: '/srv/s' } },
      },
    ),
    new Map(),
  );
  const model = buildModel(stack, systems);
  const names = ['my-db', 'web', 'host'];
  const text = renderCompose(model, {
    subnets: new Map(names.map((name, i) => [name, `10.0.${i}.0/27`])),
    hostPorts: new Map(),
    images: new Map(),
    proxyImage: { ref: 'proxy' },
    monitors: new Map(),
    version: '0',
  });
  const { services, volumes, secrets } = parse(text);
  const { 'my-db': db, web, 'web--my-db': proxy } = services;
  expect(db.networks['my-db'].aliases).toEqual(['my-db.node', 'my_db']);
  expect(proxy.networks.web.aliases).toEqual(['my-db', 'my_db']);
  expect(web).toMatchObject({
    ...{ hostname: 'www', shm_size: '1', pid: 'service:my-db', secrets: [{ source: 's' }] },
    depends_on: {
      'my-db': { condition: 'service_healthy' },
      'web--my-db': { condition: 'service_started' },
    },
    environment: { A: '$$x', B: null },
    deploy: { resources: { limits: { cpus: 1 } } },
  });
  expect(volumes).toEqual({
    data: { driver: 'local', labels: { 'labctl.lab': 'shop-lab' } },
    other: { labels: { 'labctl.lab': 'shop-lab' } },
  });
  expect(secrets).toEqual({ s: { file: '/srv/s' } });
});
