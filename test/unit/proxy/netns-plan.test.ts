// What faults ask of the network namespace: rules for the ways of a packet, links, words of netem.
import { expect, test } from 'vitest';
import type { Fault, FaultParams, Scope } from '../../../src/faults/fault.ts';
import { faultKinds } from '../../../src/faults/index.ts';
import { completeParams } from '../../../src/lab/faults/fault-params.ts';
import { NO_PLAN, packetKey, planNetns } from '../../../src/proxy/netns-plan.ts';

const fault = (kind: string, params: FaultParams = {}, scope?: Scope, id = 'f1'): Fault => ({
  id,
  kind,
  from: 'fault',
  params: completeParams(kind, params),
  ...(scope && { scope }),
});

const plan = (...faults: readonly Fault[]) => planNetns(faults, [2379, 2380]);

/** Rules without what every fault's rule ends in. */
const rules = (...faults: readonly Fault[]) => {
  const { input, output } = plan(...faults);
  return { input: input.map(bare), output: output.map(bare) };
};
const bare = (rule: string): string => rule.replace(/ counter drop comment "\d+"$/, '');

test('no fault, and faults on streams, ask nothing', () => {
  expect(plan()).toEqual(NO_PLAN);
  expect(plan(fault('jam'), fault('latency', { delay: 5 }))).toEqual(NO_PLAN);
});

test('the whole edge: the same rules in both chains, for packets of any port', () => {
  const { input, output } = plan(fault('drop'));
  expect(input).toEqual([
    'tcp flags & syn == 0 counter reject with icmp type host-unreachable comment "0"',
    'counter drop comment "0"',
  ]);
  expect(output).toEqual(input);
  expect(plan(fault('drop', { report: false })).input).toEqual(['counter drop comment "0"']);
});

const BOTH = 'tcp dport { 2379, 2380 }';
const ANSWERS = 'tcp sport { 2379, 2380 }';
const ways: readonly (readonly [string, FaultParams, Scope | undefined, object])[] = [
  ['up', {}, { direction: 'up' }, { input: [BOTH], output: [BOTH] }],
  ['down', {}, { direction: 'down' }, { input: [ANSWERS], output: [ANSWERS] }],
  ['the side of the dialler', { side: 'src' }, undefined, { input: [BOTH], output: [ANSWERS] }],
  ['the side of the listener', { side: 'dst' }, undefined, { input: [ANSWERS], output: [BOTH] }],
  ['up, from the dialler', { side: 'src' }, { direction: 'up' }, { input: [BOTH], output: [] }],
  ['up, to the listener', { side: 'dst' }, { direction: 'up' }, { input: [], output: [BOTH] }],
  [
    'down, to the dialler',
    { side: 'src' },
    { direction: 'down' },
    { input: [], output: [ANSWERS] },
  ],
  ['down, from there', { side: 'dst' }, { direction: 'down' }, { input: [ANSWERS], output: [] }],
  [
    'one port',
    {},
    { port: 2380 },
    {
      input: ['tcp dport { 2380 }', 'tcp sport { 2380 }'],
      output: ['tcp dport { 2380 }', 'tcp sport { 2380 }'],
    },
  ],
  [
    'one port, up, one side',
    { side: 'dst' },
    { port: 2379, direction: 'up' },
    { input: [], output: ['tcp dport { 2379 }'] },
  ],
];

for (const [what, params, scope, wanted] of ways)
  test(`ways of a packet: ${what}`, () => {
    const found = rules(fault('drop', { ...params, report: false }, scope));
    expect({ input: found.input.sort(), output: found.output.sort() }).toEqual(wanted);
  });

const statements: readonly (readonly [string, FaultParams, readonly string[]])[] = [
  ['drop', { match: 'syn' }, ['tcp flags & (syn | ack) == syn counter drop']],
  ['drop-nth', { every: 7 }, ['numgen inc mod 7 == 0 counter drop']],
  ['drop-prob', { p: 0.015 }, ['numgen random mod 1000000 < 15000 counter drop']],
  ['reject', { with: 'icmp-port' }, ['counter reject with icmp type port-unreachable']],
  ['reject', { with: 'icmp-admin' }, ['counter reject with icmp type admin-prohibited']],
  [
    'reject',
    {},
    ['tcp flags & rst == rst accept', 'meta l4proto tcp counter reject with tcp reset'],
  ],
];

for (const [kind, params, wanted] of statements)
  test(`${kind} ${JSON.stringify(params)}`, () => {
    expect(plan(fault(kind, params)).input).toEqual(wanted.map((rule) => `${rule} comment "0"`));
  });

test('several faults: each rule bears the place of its fault, in the order of the list', () => {
  const faults = [
    fault('jam'),
    fault('drop-nth', { every: 2 }),
    fault('reject', {}, { port: 2379 }),
  ];
  const { keys, input } = plan(...faults);
  expect(keys).toEqual([packetKey(faults[1]!), packetKey(faults[2]!)]);
  expect(input.map((rule) => /comment "(\d)"$/.exec(rule)![1])).toEqual(['0', '1', '1', '1', '1']);
});

test('two of one id and kind are told apart', () => {
  const [a, b] = [fault('reject', {}, { port: 2379 }), fault('reject', {}, { port: 2380 })];
  expect(new Set(plan(a, b).keys).size).toBe(2);
});

test('unplug takes links down, once each', () => {
  expect(plan(fault('unplug')).unplugged).toEqual(['src', 'dst']);
  expect(plan(fault('unplug', { side: 'dst' })).unplugged).toEqual(['dst']);
  const two = plan(fault('unplug', { side: 'src' }), fault('unplug', {}, undefined, 'f2'));
  expect(two.unplugged).toEqual(['src', 'dst']);
  expect(two.input).toEqual([]);
});

const words: readonly (readonly [string, FaultParams, string])[] = [
  ['loss', { p: 0.02 }, 'loss random 2%'],
  ['loss', { p: 0.02, corr: 0.25 }, 'loss random 2% 25%'],
  ['loss', { model: 'gemodel', p: 0.01 }, 'loss gemodel 1%'],
  ['loss', { model: 'gemodel', p: 0.01, r: 0.1, '1-h': 0.7 }, 'loss gemodel 1% 10% 70%'],
  ['loss', { model: 'gemodel', p: 0.01, '1-k': 0.001 }, 'loss gemodel 1% 0% 0% 0.1%'],
  ['loss', { model: 'state', p: 0.01, p31: 0.9 }, 'loss state 1% 90%'],
  ['loss', { model: 'state', p: 0.01, p14: 0.05 }, 'loss state 1% 0% 0% 0% 5%'],
  ['duplicate', { p: 0.01 }, 'duplicate 1% 0%'],
  ['duplicate', { p: 0.003, corr: 0.5 }, 'duplicate 0.3% 50%'],
  ['reorder', { p: 0.25, delay: 10 }, 'delay 10ms reorder 25% 0%'],
  ['reorder', { p: 0.25, delay: 1.5, gap: 5 }, 'delay 1.5ms reorder 25% 0% gap 5'],
  ['packet-corrupt', { p: 0.001 }, 'corrupt 0.1% 0%'],
];

for (const [kind, params, wanted] of words)
  test(`netem: ${wanted}`, () => {
    expect(plan(fault(kind, params)).netem).toEqual({ src: wanted, dst: wanted });
  });

test('every netem kind is in the table', () => {
  const all = Object.keys(faultKinds).filter((kind) => faultKinds[kind]!.tier === 'netem');
  expect([...new Set(words.map(([kind]) => kind))].sort()).toEqual(all.sort());
});

test('netem: a link has one of a kind at a time, and the ways of another link have their own', () => {
  const p = { p: 0.01 };
  const first = fault('duplicate', { ...p, side: 'src' });
  const second = fault('duplicate', { p: 0.02 }, undefined, 'f2');
  expect(() => plan(first, second)).toThrow(
    'f1 is duplicate side=src already, and a link has one at a time',
  );
  expect(plan(first, fault('duplicate', { p: 0.02, side: 'dst' })).netem).toEqual({
    src: 'duplicate 1% 0%',
    dst: 'duplicate 2% 0%',
  });
});

test('netem acts on what leaves: up by the listener, down by the dialler; several join', () => {
  const p = { p: 0.01 };
  expect(plan(fault('duplicate', p, { direction: 'up' })).netem).toEqual({
    dst: 'duplicate 1% 0%',
  });
  expect(plan(fault('duplicate', p, { direction: 'down' })).netem).toEqual({
    src: 'duplicate 1% 0%',
  });
  expect(plan(fault('duplicate', { ...p, side: 'src' })).netem).toEqual({ src: 'duplicate 1% 0%' });
  const both = plan(fault('loss', { ...p, side: 'dst' }), fault('duplicate', p));
  expect(both.netem).toEqual({
    src: 'duplicate 1% 0%',
    dst: 'loss random 1% duplicate 1% 0%',
  });
});
