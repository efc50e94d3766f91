import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  edgesBetween,
  isLiveRole,
  knownWords,
  parseAddress,
  selectFixed,
  selectLive,
} from '../../../src/stack/addresses.ts';
import { edgeName, HOST, type Model, type Node } from '../../../src/stack/model.ts';
import { errorOf } from './fake.ts';

const node = (name: string, group: string, role: string, zone?: string): Node => ({
  name,
  group,
  system: group,
  role,
  ...(zone && { zone }),
  ports: { client: 2379, peer: 2380 },
  publish: ['client'],
  hostPorts: {},
});

const nodes = [
  node('etcd-1', 'etcd', 'member', 'eu'),
  node('etcd-2', 'etcd', 'member', 'eu'),
  node('etcd-3', 'etcd', 'member', 'us'),
  node('app', 'app', 'custom'),
];
const peers = nodes.flatMap(({ name: from }) =>
  nodes
    .filter(({ name, group }) => name !== from && group === 'etcd')
    .map(({ name: to }) => ({
      name: edgeName(from, to),
      from,
      to,
      ports: from === 'app' ? [2379] : [2379, 2380],
    })),
);
const hosts = nodes.map(({ name: to }) => ({
  name: edgeName(HOST, to),
  from: HOST,
  to,
  ports: [2379],
}));
const model: Model = {
  stack: { name: 'demo', systems: {}, nodes: {} },
  replaced: {},
  nodes,
  edges: [...peers, ...hosts],
};

test('an address is read back as it was written', () => {
  const word = fc.stringMatching(/^[a-z@*?,][a-z0-9-*?,]{0,9}$/);
  fc.assert(
    fc.property(word, word, fc.boolean(), fc.option(fc.nat(65_535)), (from, to, both, port) => {
      const text = `${from}${both ? '::' : ':'}${to}${port === null ? '' : `:${port}`}`;
      const expected = { from, to, both, ...(port === null ? {} : { port: String(port) }) };
      expect(parseAddress(text)).toEqual(expected);
    }),
  );
});

test('what is no address is refused with how one is written', () => {
  for (const text of ['', 'etcd-1', ':etcd-1', 'etcd-1:', 'a:::b', 'a:b:c:d', 'a b:c'])
    expect(errorOf(() => parseAddress(text))).toBe(
      `error: "${text}" is no edge  (usage)\n` +
        'hint: an edge is written from:to, from:to:port, or from::to for both ways',
    );
});

test('a word is a node, a zone, a glob, a group or a role, and host only by its name', () => {
  expect(selectFixed('etcd-2', nodes)).toEqual(['etcd-2']);
  expect(selectFixed('@eu', nodes)).toEqual(['etcd-1', 'etcd-2']);
  expect(selectFixed('etcd-*', nodes)).toEqual(['etcd-1', 'etcd-2', 'etcd-3']);
  expect(selectFixed('?pp', nodes)).toEqual(['app']);
  expect(selectFixed('etcd', nodes)).toEqual(['etcd-1', 'etcd-2', 'etcd-3']);
  expect(selectFixed('custom', nodes)).toEqual(['app']);
  expect(selectFixed('host', nodes)).toEqual([HOST]);
  expect(selectFixed('*', nodes)).not.toContain(HOST);
  expect(selectFixed('etcd.1', nodes)).toEqual([]);
  expect(selectFixed('e.*', nodes)).toEqual([]);
});

test('live roles are those that only the nodes know, of all groups or of one', () => {
  for (const word of ['leader', 'follower', 'primary', 'replica', 'etcd-leader'])
    expect(isLiveRole(word, nodes)).toBe(true);
  for (const word of ['etcd-1', 'redis-leader', 'leaders'])
    expect(isLiveRole(word, nodes)).toBe(false);
  const asked = nodes.map((n, i) => ({ ...n, leader: i === 3 ? null : i === 1 }));
  expect(selectLive('leader', asked)).toEqual(['etcd-2']);
  expect(selectLive('etcd-primary', asked)).toEqual(['etcd-2']);
  expect(selectLive('follower', asked)).toEqual(['etcd-1', 'etcd-3']);
  expect(selectLive('app-leader', asked)).toEqual([]);
});

const between = (text: string) => {
  const address = parseAddress(text);
  const find = (words: string) => words.split(',').flatMap((word) => selectFixed(word, nodes));
  return edgesBetween(model, address, find(address.from), find(address.to));
};

test('edges between words: the ones that there are, never one to itself', () => {
  expect(between('etcd-1:etcd-2').edges).toEqual(['etcd-1:etcd-2']);
  expect(between('etcd-1::etcd-2').edges).toEqual(['etcd-1:etcd-2', 'etcd-2:etcd-1']);
  expect(between('etcd-*:etcd-1').edges).toEqual(['etcd-2:etcd-1', 'etcd-3:etcd-1']);
  expect(between('@eu:@us').edges).toEqual(['etcd-1:etcd-3', 'etcd-2:etcd-3']);
  expect(between('app::etcd-1').edges).toEqual(['app:etcd-1']);
  expect(between('*:*').edges).toEqual(peers.map(({ name }) => name));
  expect(between('host,app:etcd-3').edges).toEqual(['app:etcd-3', 'host:etcd-3']);
});

test('a port is a number or a name, and edges without it are left out', () => {
  expect(between('etcd-1:etcd-2:2380')).toEqual({ edges: ['etcd-1:etcd-2'], port: 2380 });
  expect(between('*:etcd-1:peer').edges).toEqual(['etcd-2:etcd-1', 'etcd-3:etcd-1']);
  expect(between('host:etcd-1:client').port).toBe(2379);
  expect(errorOf(() => between('app:etcd-1:peer'))).toBe(
    'error: edge app:etcd-1 has no port peer  (port-unknown)\nhint: ports: 2379',
  );
});

test('no such edge is said with the ones there are; the words of a lab with its zones', () => {
  expect(errorOf(() => between('etcd-1:app'))).toMatch(
    /^error: lab demo has no edge etcd-1:app {2}\(edge-unknown\)\nhint: edges: etcd-1:etcd-2 etcd-1:/,
  );
  expect(knownWords(nodes)).toBe(
    'nodes: etcd-1, etcd-2, etcd-3, app; roles: leader, follower; zones: @eu, @us',
  );
});

test('the word for a leader may begin with a role; a word that is group and role is the role', () => {
  const family = [
    { ...node('pd-1', 'tidb', 'pd'), leader: false },
    { ...node('pd-2', 'tidb', 'pd'), leader: true },
    { ...node('tidb-1', 'tidb', 'tidb'), leader: null },
  ];
  expect(isLiveRole('pd-leader', family)).toBe(true);
  expect(isLiveRole('tikv-leader', family)).toBe(false);
  expect(selectLive('pd-leader', family)).toEqual(['pd-2']);
  expect(selectLive('pd-follower', family)).toEqual(['pd-1']);
  expect(selectFixed('tidb', family)).toEqual(['tidb-1']);
  expect(selectFixed('pd', family)).toEqual(['pd-1', 'pd-2']);
});
