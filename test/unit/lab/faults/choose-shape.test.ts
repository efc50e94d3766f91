import { expect, test } from 'vitest';
import { seeded } from '../../../../src/faults/seed.ts';
import type { Lookup } from '../../../../src/lab/faults/addresses.ts';
import { chooseShape, cutsOf, type ShapeOptions } from '../../../../src/lab/faults/choose-shape.ts';
import type { Session } from '../../../../src/lab/session.ts';
import { type Named, selectFixed, selectLive } from '../../../../src/stack/addresses.ts';
import { buildModel } from '../../../../src/stack/build-model.ts';
import { errorOf, systems } from '../../stack/fake.ts';

const model = buildModel(
  {
    name: 'demo',
    systems: { etcd: { system: 'etcd', nodes: 5 } },
    nodes: { app: { ports: [], connects: ['etcd'], service: {} } },
  },
  systems,
);
const session = { name: 'demo', model } as unknown as Session;

/** etcd-2 leads; `asks` counts how often the nodes were asked. */
function lookup(): Lookup & { asks: number } {
  const asked = model.nodes.map(
    (node): Named => ({
      ...node,
      leader: node.group === 'etcd' ? node.name === 'etcd-2' : null,
    }),
  );
  return {
    asks: 0,
    resolved: {},
    async find(word) {
      const fixed = selectFixed(word, model.nodes);
      const found = fixed.length ? fixed : selectLive(word, await this.asked());
      if (found[0] !== word) this.resolved[word] = found.join(',');
      return found;
    },
    async asked() {
      this.asks += 1;
      return asked;
    },
  };
}

async function cutsFor(options: ShapeOptions, seed = 1, withHost = false) {
  const found = lookup();
  const { among } = options;
  const chosen = chooseShape(options);
  const cuts = await cutsOf(session, chosen, found, seeded(seed), { among, withHost });
  return { cuts, found, requested: chosen.requested };
}

const firstOf = (cuts: readonly (readonly [string, string])[]) =>
  cuts.filter((_, i) => i % 2 === 0).map(([a, b]) => `${a} ${b}`);

test('one shape at a time, and flags go with their shape', () => {
  const problems: [ShapeOptions, RegExp][] = [
    [{}, /no side is given/],
    [{ sides: [] }, /no side is given/],
    [{ ring: true, halves: true }, /--halves and --ring exclude each other/],
    [{ ring: true, sides: [['etcd-1']] }, /--ring and sides exclude each other/],
    [{ ring: true, from: 'etcd-1' }, /--from goes with --isolate/],
    [{ random: 0.3, leaderIn: 'minority' }, /--leader-in goes with --majority-minority/],
    [{ majorityMinority: true, leaderIn: 'here' }, /is minority or majority or any, not "here"/],
    [{ isolate: true }, /--isolate needs a value/],
  ];
  for (const [options, message] of problems)
    expect(errorOf(() => chooseShape(options))).toMatch(message);
  expect(chooseShape({ ring: false, halves: true }).requested).toBe('halves');
});

test('what was asked for is told as it was asked', async () => {
  const cases: [ShapeOptions, string][] = [
    [{ sides: [['etcd-1'], ['etcd-2', 'etcd-3']] }, 'etcd-1 | etcd-2,etcd-3'],
    [{ isolate: 'leader', from: 'etcd-1' }, 'isolate leader from etcd-1'],
    [{ random: 0.3, keepMajority: true }, 'random 0.3 keep-majority'],
    [{ star: true }, 'star follower'],
  ];
  for (const [options, text] of cases) expect(chooseShape(options).requested).toBe(text);
});

test('nodes are asked who leads only when a word or a shape needs it', async () => {
  expect((await cutsFor({ sides: [['etcd-1']] })).found.asks).toBe(0);
  expect((await cutsFor({ ring: true })).found.asks).toBe(0);
  expect((await cutsFor({ majorityMinority: true, leaderIn: 'any' })).found.asks).toBe(0);
  expect((await cutsFor({ isolate: 'leader' })).found.asks).toBe(1);
  const { cuts } = await cutsFor({ majorityMinority: true, leaderIn: 'minority' });
  expect(cuts.filter(([from]) => from === 'etcd-2')).toHaveLength(3);
});

test('a word for several gives one, drawn by the seed and reported', async () => {
  const { cuts, found } = await cutsFor({ isolate: 'follower' });
  const drawn = found.resolved.follower!;
  expect(['etcd-1', 'etcd-3', 'etcd-4', 'etcd-5']).toContain(drawn);
  expect(firstOf(cuts).every((pair) => pair.startsWith(`${drawn} `))).toBe(true);
  expect((await cutsFor({ isolate: 'follower' })).cuts).toEqual(cuts);
  const seeds = await Promise.all(
    [1, 2, 3, 4, 5, 6].map((seed) => cutsFor({ bridge: true }, seed)),
  );
  expect(new Set(seeds.map((one) => one.found.resolved.random)).size).toBeGreaterThan(1);
});

test('quorum gives a majority of the members, all the rest, and no word the same node again', async () => {
  const { found } = await cutsFor({ isolate: 'quorum' });
  expect(found.resolved.quorum!.split(',')).toHaveLength(3);
  expect(firstOf((await cutsFor({ isolate: 'all' })).cuts)).toHaveLength(10 + 5);
  const chain = await cutsFor({ chain: true });
  expect(chain.found.resolved).toEqual({ leader: 'etcd-2', all: 'etcd-1,etcd-3,etcd-4,etcd-5' });
  for (let seed = 0; seed < 20; seed++) {
    const { cuts } = await cutsFor({ partial: 'leader,random' }, seed);
    expect(cuts[0]).toEqual(['etcd-2', expect.not.stringContaining('etcd-2')]);
  }
});

test('own containers and the host have no vote; --among says who has', async () => {
  const { cuts } = await cutsFor({ halves: true }, 1, true);
  expect(cuts.flat()).not.toContain('app');
  expect(cuts.flat()).not.toContain('host');
  const isolated = await cutsFor({ isolate: 'etcd-1' }, 1, true);
  expect(firstOf(isolated.cuts)).toEqual(
    ['etcd-2', 'etcd-3', 'etcd-4', 'etcd-5', 'app', 'host'].map((name) => `etcd-1 ${name}`),
  );
  const few = await cutsFor({ halves: true, among: 'etcd-1,app' });
  expect(firstOf(few.cuts)).toEqual(['etcd-1 app']);
});
