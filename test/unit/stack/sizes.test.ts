// Sizes of a lab: read from its networks, changed in its stack, and never in a container that is there.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { networksOf, renderCompose } from '../../../src/render/compose.ts';
import { buildModel } from '../../../src/stack/build-model.ts';
import type { Stack, System } from '../../../src/stack/model.ts';
import { sizesOf, withCount, withCountsOf, withNetworks } from '../../../src/stack/sizes.ts';
import { systems } from '../../../src/systems/index.ts';

const etcd = (nodes: number, flags = {}) => ({
  system: 'etcd',
  ...(systems.etcd!.schema.parse({ nodes, flags }) as object),
});
const extra = { ports: [80], connects: ['etcd'], service: { image: 'app' } };
const stack = (counts: Record<string, number>): Stack => ({
  name: 'demo',
  systems: Object.fromEntries(Object.entries(counts).map(([name, n]) => [name, etcd(n)])),
  nodes: { 'etcd-x-1': extra },
});
const networks = (of: Stack) => networksOf(buildModel(of, systems)).map(({ name }) => name);

test('the networks of a lab tell its sizes, whatever its labels say', () => {
  const count = fc.integer({ min: 1, max: 25 });
  fc.assert(
    fc.property(count, count, count, (a, b, other) => {
      const made = stack({ etcd: a, 'etcd-b': b });
      const label = stack({ etcd: other, 'etcd-b': other });
      expect(withNetworks(label, systems, networks(made))).toEqual(made);
      expect(withCountsOf(label, made, systems)).toEqual(made);
    }),
  );
  expect(withNetworks(stack({ etcd: 3 }), systems, [])).toEqual(stack({ etcd: 3 }));
});

test('a count of nothing is one, too: its nodes are gone, whatever the label says', () => {
  const tidb = (tiflash: number): Stack => ({
    name: 'demo',
    systems: {
      tidb: {
        system: 'tidb',
        ...(systems.tidb!.schema.parse({ tiflash: { count: tiflash } }) as object),
      },
    },
    nodes: {},
  });
  expect(withNetworks(tidb(1), systems, networks(tidb(0)))).toEqual(tidb(0));
  expect(withNetworks(tidb(0), systems, networks(tidb(2)))).toEqual(tidb(2));
});

test('a count may stand deep in a config, and a system may have several', () => {
  const two: System = {
    ...systems.etcd!,
    schema: z.object({}),
    scaling: { sizes: () => ({ pd: ['pd', 'count'], tikv: ['tikv', 'count'], cdc: ['cdc'] }) },
  };
  const config = { system: 'two', pd: { count: 3, flags: { a: '1' } }, tikv: { count: 4 } };
  const one: Stack = { name: 'demo', systems: { db: config }, nodes: {} };
  const sizes = sizesOf(one, { two });
  expect(sizes.map(({ name, count }) => [name, count])).toEqual([
    ['pd', 3],
    ['tikv', 4],
  ]);
  expect(withCount(one, sizes[0]!, 5).systems.db).toEqual({
    ...config,
    pd: { count: 5, flags: { a: '1' } },
  });
});

/** The services of a compose file, each as its text. */
function services(of: Stack, made: ReadonlyMap<string, Stack>, joined: readonly string[]) {
  const model = buildModel(of, systems);
  const text = renderCompose(model, {
    subnets: new Map(networksOf(model).map(({ name }, i) => [name, `10.0.${i}.0/27`])),
    hostPorts: new Map(model.nodes.map(({ name }, i) => [`${name}/client`, 2_000 + i])),
    images: new Map(model.nodes.map(({ name }) => [name, { ref: 'etcd' }])),
    proxyImage: { ref: 'proxy' },
    monitors: new Map(),
    version: '1',
    made,
    joined: new Set(joined),
  });
  const parts = text.split(/^networks:$/m)[0]!.split(/^ {2}(?="?[a-z0-9-]+"?:$)/m);
  return new Map(parts.slice(1).map((part) => [part.split(':')[0]!, part]));
}

test('what is there is rendered as it was made, a node that joined as one that joins', () => {
  const three = { ...stack({ etcd: 3 }), nodes: {} };
  const five = { ...stack({ etcd: 5 }), nodes: {} };
  const before = services(three, new Map(), []);
  const made = new Map(['etcd-1', 'etcd-2', 'etcd-3'].map((name) => [name, three]));
  const after = services(five, made, ['etcd-4', 'etcd-5']);
  for (const [name, text] of before)
    if (!name.startsWith('host')) expect(after.get(name)).toBe(text);
  const joined = after.get('"etcd-4"')!;
  expect(joined).toContain('--initial-cluster-state=existing');
  expect(joined).toContain('etcd-5=http://etcd-5:2380');
  const flags = { ...three, systems: { etcd: etcd(3, { 'snapshot-count': '1' }) } };
  expect(services(flags, made, []).get('"etcd-1"')).not.toBe(before.get('"etcd-1"'));
});
