// What a shell offers for half a command line.
import { expect, test } from 'vitest';
import { complete, type Sources } from '../../../src/cli/complete.ts';

const sources: Sources = {
  labs: async () => ['demo', 'other'],
  nodes: async (lab) => (lab === 'other' ? ['app'] : ['etcd-1', 'etcd-2']),
  monitors: async () => ['prometheus'],
  edges: async () => ['etcd-1:etcd-2', 'host:etcd-1'],
  faults: async () => ['f1'],
  stacks: async () => ['etcd-1node', 'etcd-3node'],
  kinds: async () => ['latency', 'limit', 'drop'],
  params: async (kind) => (kind === 'latency' ? ['delay=', 'jitter='] : []),
  codes: async () => ['usage'],
  presets: async () => ['3-region', 'off'],
};

test.each([
  ['par', ['partition']],
  ['fault ', ['add', 'ls', 'rm', 'kinds']],
  ['fault add l', ['latency', 'limit']],
  ['fault add latency ', ['etcd-1:etcd-2', 'host:etcd-1', 'delay=', 'jitter=']],
  ['fault add latency etcd-1:etcd-2 d', ['delay=']],
  ['fault rm ', ['f1']],
  ['fault kinds dr', ['drop']],
  ['up etcd', ['etcd-1node', 'etcd-3node']],
  ['down ', ['demo', 'other']],
  ['kill etcd-1 etcd', ['etcd-2']],
  ['status --lab ', ['demo', 'other']],
  ['ps --lab other ', ['app']],
  ['partition --lab other ', ['app', 'leader', 'follower', 'host']],
  ['partition --isolate l', ['leader']],
  ['partition --edges ', ['peer', 'host', 'all']],
  ['partition --ring', ['--ring']],
  ['graph --format s', ['svg']],
  ['explain ', ['usage']],
  ['completion ', ['bash', 'zsh', 'fish']],
  ['port ', ['etcd-1', 'etcd-2', 'prometheus']],
  ['logs p', ['prometheus']],
  ['port etcd-1 ', []],
  ['exec etcd-1 -- ', []],
  ['up --file ', []],
  ['nonsense ', []],
  ['--lab ', ['demo', 'other']],
  ['--lab other stat', ['status']],
  ['--lab other status ', ['app']],
  ['-q --pro', ['--progress']],
  ['--lab=oth', ['--lab=other']],
  ['status --lab=other ', ['app']],
  ['status -lother a', ['app']],
  ['partition --edges=p', ['--edges=peer']],
  ['partition etcd-1 host,etc', ['host,etcd-2']],
  ['wan ', ['3-region', 'off']],
])('labctl %s', async (line, expected) => {
  expect(await complete(line.split(' '), sources)).toEqual(expected);
});

test('flags are offered where one is begun', async () => {
  expect(await complete(['up', '--'], sources)).toEqual(
    expect.arrayContaining(['--set', '--timeout', '--lab', '--help']),
  );
});

test("the environment's lab, where no flag names another", async () => {
  expect(await complete(['status', ''], sources, 'other')).toContain('app');
  expect(await complete(['status', '--lab', 'demo', ''], sources, 'other')).toContain('etcd-1');
});
