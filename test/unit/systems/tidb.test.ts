// What is rendered for the TiDB family by version: flags that exist, files that parse, edges, keys
// that come and go. The programs themselves are not run here.
import fc from 'fast-check';
import { parse } from 'smol-toml';
import { describe, expect, test } from 'vitest';
import { buildModel } from '../../../src/stack/build-model.ts';
import { configOf, type Model, type Node } from '../../../src/stack/model.ts';
import { merge, type TomlTable, tableOf, toToml } from '../../../src/stack/toml.ts';
import { systems } from '../../../src/systems/index.ts';
import { tidb } from '../../../src/systems/tidb/tidb.ts';
import { atLeast, DR_TIMEOUTS } from '../../../src/systems/tidb/versions.ts';
import { KNOWN_FLAGS } from './tidb-flags.ts';

const VERSIONS = [
  ...['4.0.7', '4.0.12', '4.0.13', '4.0.14', '5.0.0', '5.0.3', '5.4.0', '6.0.0', '6.1.0', '6.5.0'],
  ...['6.5.12', '7.1.0', '7.5.0', '8.1.0', 'v8.5.3', 'nightly'],
];
const ALL = { tiflash: { count: 2 }, ticdc: { count: 2 }, tidb: { count: 2 }, pd: { count: 3 } };

function model(set: object = {}, zones?: Record<string, string[]>, group = 'tidb'): Model {
  const config = { system: 'tidb', ...(tidb.schema.parse(set) as object) };
  const stack = { name: 'demo', systems: { [group]: config }, nodes: {} };
  return buildModel({ ...stack, ...(zones && { zones }) }, systems);
}

const contextOf = (of: Model, node: Node, joined = false) => ({
  lab: 'demo',
  config: configOf(of, node),
  peers: of.nodes,
  joined,
});
const named = (of: Model, name: string) => of.nodes.find((node) => node.name === name)!;
const command = (of: Model, node: Node, joined = false) =>
  tidb.service(node, contextOf(of, node, joined)).command as readonly string[];
const files = (of: Model, name: string) => {
  const node = named(of, name);
  return Object.fromEntries(
    Object.entries(tidb.files!(node, contextOf(of, node))).map(([path, text]) => [
      path.split('/').at(-1)!,
      parse(text) as Record<string, never>,
    ]),
  );
};

describe.each(VERSIONS)('version %s', (version) => {
  const of = model({ version, ...ALL, ticdc: { count: 1, config: { a: 1 } } });

  test('every flag exists in it', () => {
    const all = of.nodes.flatMap((node) => [false, true].map((joined) => ({ node, joined })));
    for (const { node, joined } of all) {
      const words = command(of, node, joined).filter(
        (word) => word.startsWith('-') && word !== '--',
      );
      for (const word of words) {
        const name = /^--?([\w.-]+)=/.exec(word)?.[1];
        const known = KNOWN_FLAGS[node.role]![name!];
        expect(known, `${node.role} ${word}`).toBeDefined();
        const isLateFour = name === 'data-dir' && version === '4.0.14';
        expect(isLateFour || atLeast(version, known!.since), `${word} in ${version}`).toBe(true);
        if (known!.before) expect(atLeast(version, known!.before), word).toBe(false);
      }
    }
  });

  test('every config file parses, to what was meant', () => {
    for (const node of of.nodes)
      for (const [path, text] of Object.entries(tidb.files!(node, contextOf(of, node))))
        expect(() => parse(text), `${node.name} ${path}\n${text}`).not.toThrow();
    const tikv = files(of, 'tikv-1')['tikv.toml'] as never as Record<string, object>;
    expect('memory-usage-limit' in tikv).toBe(atLeast(version, '5.1.0'));
    expect('reserve-raft-space' in tikv.storage!).toBe(atLeast(version, '6.5.0'));
    expect('raft-engine' in tikv).toBe(atLeast(version, '6.1.0'));
    // Some versions want max-sub-compactions of them at least, and that follows the CPUs.
    expect(JSON.stringify(tikv)).not.toContain('max-background-jobs');
    expect(tikv.raftdb).toEqual({ 'max-open-files': 256 });
    expect(files(of, 'tiflash-1')['tiflash.toml']).toMatchObject({ logger: { console: true } });
    const proxy = files(of, 'tiflash-1')['tiflash-proxy.toml'];
    expect(proxy).toMatchObject({ storage: { 'reserve-space': 0 } });
    const told = JSON.stringify([command(of, named(of, 'tiflash-1')), files(of, 'tiflash-1')]);
    expect(told).toMatch(/engine-addr[":=]+tiflash-1:3930/);
    const pd = files(of, 'pd-1')['pd.toml'] as never as Record<string, object>;
    expect('enable-placement-rules' in pd.replication!).toBe(!atLeast(version, '5.0.0'));
    const sql = files(of, 'tidb-1')['tidb.toml'] as object;
    expect('mem-quota-query' in sql).toBe(!atLeast(version, '6.1.0'));
  });

  test('the images are of that version', () => {
    const tag = version === 'nightly' ? 'nightly' : `v${version.replace('v', '')}`;
    const refs = of.nodes.map((node) => tidb.image(configOf(of, node), node).ref);
    expect(new Set(refs)).toEqual(
      new Set(['pd', 'tikv', 'tidb', 'tiflash', 'ticdc'].map((role) => `pingcap/${role}:${tag}`)),
    );
  });

  test("dr-auto-sync has that version's timeouts and no other, and refuses those it lacks", () => {
    const base = { mode: 'dr-auto-sync', primary: 'east', dr: 'west' };
    for (const key of Object.keys(DR_TIMEOUTS)) {
      const value = key === 'pause-region-split' ? true : '1m';
      const set = { version, replication: { ...base, [key.replaceAll('-', '_')]: value } };
      const parsed = tidb.schema.safeParse(set);
      const [since, before] = DR_TIMEOUTS[key]!;
      const has = atLeast(version, since) && !(before && atLeast(version, before));
      expect(parsed.success, `${key} in ${version}`).toBe(has);
      if (!has) {
        expect(parsed.error!.issues[0]!.message).toContain(`PD ${version} does not know ${key}`);
        continue;
      }
      const pd = files(model(set, { east: ['tikv-1'], west: ['tikv-2'] }), 'pd-1')[
        'pd.toml'
      ] as never as Record<string, object>;
      const mode = pd['replication-mode'] as Record<string, object>;
      expect(mode['dr-auto-sync']).toMatchObject({ primary: 'east', [key]: value });
    }
  });
});

test('a PD that joins is told of the others, and nobody else is told another thing', () => {
  const of = model(ALL);
  const words = command(of, named(of, 'pd-3'), true);
  expect(words).toContain('--join=http://pd-1:2379,http://pd-2:2379');
  expect(words.join(' ')).not.toContain('--initial-cluster');
  for (const node of of.nodes.filter(({ role }) => role !== 'pd'))
    expect(command(of, node, true)).toEqual(command(of, node));
});

test("TiDB's image brings no MySQL client, which is said; an image of your own may", () => {
  const client = (set: object) => {
    const of = model(set);
    return tidb.client(named(of, 'tidb-1'), configOf(of, named(of, 'tidb-1')));
  };
  expect(() => client({})).toThrow("tidb-1 has no MySQL client: TiDB's image brings none");
  expect(client({ tidb: { image: 'own' } })[0]).toBe('mysql');
});

test('TiCDC: where it puts its data changed in two release lines', () => {
  const dir = (version: string) =>
    command(model({ version, ticdc: { count: 1 } }), named(model(ALL), 'ticdc-1')).find((word) =>
      /-dir=/.test(word),
    );
  expect(dir('4.0.12')).toBeUndefined();
  expect(dir('4.0.13')).toBe('--sort-dir=/data/sorter');
  expect(dir('4.0.14')).toBe('--data-dir=/data');
  expect(dir('5.0.2')).toBe('--sort-dir=/data/sorter');
  expect(dir('5.0.3')).toBe('--data-dir=/data');
});

test('all that is advertised is a name: an address would lead past the proxies', () => {
  const of = model({ ...ALL, version: '6.5.0' });
  for (const node of of.nodes) {
    const words = [command(of, node), tidb.files!(node, contextOf(of, node))];
    const text = JSON.stringify(words);
    expect(text).not.toMatch(/\b(?!0\.0\.0\.0)\d+\.\d+\.\d+\.\d+:\d/);
    for (const [, at] of text.matchAll(/advertise[\w-]*[=" \\]+(?:http:\/\/)?([\w.-]+)/g))
      expect(at).toBe(node.name);
  }
});

test('who dials whom, and on which ports', () => {
  const { edges } = model({ pd: { count: 2 }, tikv: { count: 2 }, tidb: { count: 2 }, ...{} });
  const peers = edges.filter(({ from }) => from !== 'host');
  expect(peers.map(({ name, ports }) => `${name} ${ports}`).sort()).toEqual([
    ...['pd-1:pd-2 2379,2380', 'pd-2:pd-1 2379,2380'],
    ...['tidb-1:pd-1 2379', 'tidb-1:pd-2 2379', 'tidb-1:tidb-2 10080'],
    ...['tidb-1:tikv-1 20160,20180', 'tidb-1:tikv-2 20160,20180'],
    ...['tidb-2:pd-1 2379', 'tidb-2:pd-2 2379', 'tidb-2:tidb-1 10080'],
    ...['tidb-2:tikv-1 20160,20180', 'tidb-2:tikv-2 20160,20180'],
    ...['tikv-1:pd-1 2379', 'tikv-1:pd-2 2379', 'tikv-1:tikv-2 20160'],
    ...['tikv-2:pd-1 2379', 'tikv-2:pd-2 2379', 'tikv-2:tikv-1 20160'],
  ]);
});

test('tikv-slim has PD and TiKV alone; a second cluster has its group before the names', () => {
  const names = (of: Model) => of.nodes.map(({ name }) => name);
  expect(names(model({ mode: 'tikv-slim', ...ALL }))).toEqual([
    ...['pd-1', 'pd-2', 'pd-3', 'tikv-1', 'tikv-2', 'tikv-3'],
  ]);
  expect(names(model({}, undefined, 'down'))).toEqual([
    ...['down-pd-1', 'down-tikv-1', 'down-tikv-2', 'down-tikv-3', 'down-tidb-1'],
  ]);
});

test('zones become labels, in the word of the first location label', () => {
  const zones = { east: ['tikv-1'], west: ['tikv-2', 'tikv-3'] };
  const of = model({ tikv: { labels: { disk: 'ssd' } } }, zones);
  const labels = (one: Model, name: string) =>
    (files(one, name)['tikv.toml'] as never as { server: { labels: object } }).server.labels;
  expect(labels(of, 'tikv-2')).toEqual({ zone: 'west', host: 'tikv-2', disk: 'ssd' });
  expect(files(of, 'pd-1')['pd.toml']).toMatchObject({
    replication: { 'max-replicas': 3, 'location-labels': ['zone', 'host'] },
  });
  expect(labels(model({ location_labels: ['az'] }, zones), 'tikv-1')).toEqual({ az: 'east' });
  expect(labels(model(), 'tikv-1')).toBeUndefined();
});

test('a TOML file lies on what labctl writes, and its fractions stay fractions', () => {
  const config = '[raftstore]\nstore-pool-size = 2\nregion-split-check-diff = 1.0\n';
  const of = model({ tikv: { config } });
  const node = named(of, 'tikv-1');
  const text = tidb.files!(node, contextOf(of, node))['/etc/labctl/tikv.toml']!;
  expect(text).toContain(
    'store-pool-size = 2\napply-pool-size = 1\nregion-split-check-diff = 1.0\n',
  );
  expect(text).toContain('grpc-concurrency = 2\n');
});

test("config lies on labctl's, node over role; version and image of a role and a node", () => {
  const of = model({
    tikv: { version: '7.5.0', config: { raftstore: { 'store-pool-size': 2 }, a: { b: [1, 'x'] } } },
    overrides: { 'tikv-2': { image: 'my/tikv:1' }, 'tikv-3': { version: '7.1.0', config: {} } },
  });
  expect(files(of, 'tikv-1')['tikv.toml']).toMatchObject({
    raftstore: { 'store-pool-size': 2, 'apply-pool-size': 1 },
    a: { b: [1, 'x'] },
  });
  expect(files(of, 'tikv-3')['tikv.toml']).toMatchObject({ raftstore: { 'store-pool-size': 1 } });
  const ref = (name: string) => {
    const node = named(of, name);
    return tidb.image(configOf(of, node), node).ref;
  };
  expect(['pd-1', 'tikv-1', 'tikv-2', 'tikv-3'].map(ref)).toEqual([
    ...['pingcap/pd:v8.5.3', 'pingcap/tikv:v7.5.0', 'my/tikv:1', 'pingcap/tikv:v7.1.0'],
  ]);
});

test('defaults: upstream leaves the sizes to the programs', () => {
  const of = model({ defaults: 'upstream', raft_engine: false });
  expect(files(of, 'tikv-1')['tikv.toml']).toEqual({
    server: {},
    'raft-engine': { enable: false },
  });
  expect(files(of, 'tidb-1')['tidb.toml']).toEqual({});
  expect(files(of, 'pd-1')['pd.toml']).not.toHaveProperty('schedule');
});

test('what cannot be is refused', () => {
  const message = (set: object) => tidb.schema.safeParse(set).error?.issues[0]?.message;
  expect(message({ version: '4.0.6' })).toBe('labctl knows the versions from 4.0.7 on');
  expect(message({ version: '8.5' })).toBe('a version is written like 8.5.3');
  expect(message({ version: '4.0.7', raft_engine: true })).toMatch(/it came with 5.0.0/);
  expect(message({ replication: { mode: 'dr-auto-sync' } })).toMatch(/needs primary and dr/);
  expect(message({ pd: { count: 0 } })).toBe('must be 1 or more');
  expect(message({ pd: { labels: {} } })).toMatch(/labels/);
  expect(message({ pd: { disk: '100m' } })).toBe('a disk here has 160m or more');
  expect(message({ tidb: { disk: '1g' } })).toMatch(/disk/);
});

test('TOML: what is written is read back the same, whole numbers as such', () => {
  const key = fc.string({ minLength: 1 }).filter((name) => name !== '__proto__');
  const { table } = fc.letrec((tie) => ({
    plain: fc.oneof(fc.string(), fc.integer(), fc.boolean()),
    value: fc.oneof(tie('plain'), fc.array(tie('plain'), { maxLength: 3 }), tie('table')),
    table: fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  }));
  fc.assert(
    fc.property(table as fc.Arbitrary<TomlTable>, (value) => {
      expect(parse(toToml(tableOf(value)))).toEqual(value);
      expect(toToml(tableOf(toToml(tableOf(value))))).toBe(toToml(tableOf(value)));
    }),
  );
});

test('merge: tables go together, all else is replaced', () => {
  const base = { a: { b: 1, c: [1, 2] }, d: 1 };
  expect(merge(base, { a: { c: [3] }, d: { e: 1 } })).toEqual({ a: { b: 1, c: [3] }, d: { e: 1 } });
});
