// Zones of a stack file: who stands where, and what a newcomer reads when that is not clear.
import { describe, expect, test } from 'vitest';
import { buildModel } from '../../../src/stack/build-model.ts';
import type { Stack } from '../../../src/stack/model.ts';
import { load, loadError, systems } from './fake.ts';

const zonesOf = (stack: Stack) =>
  Object.fromEntries(buildModel(stack, systems).nodes.map(({ name, zone }) => [name, zone]));

describe('who stands where', () => {
  test('nodes, groups and patterns, also of containers of your own', () => {
    const stack = load(`
      systems: {etcd: {}, meta: {system: redis, nodes: 2}}
      nodes: {app: {image: x}}
      zones: {eu: [etcd-1, app], us: ["etcd-2", "etc*-3"], asia: [meta]}`);
    expect(zonesOf(stack)).toEqual({
      'etcd-1': 'eu',
      'etcd-2': 'us',
      'etcd-3': 'us',
      'meta-1': 'asia',
      'meta-2': 'asia',
      app: 'eu',
    });
  });

  test('a node of no zone has none, and a stack without zones has no such key', () => {
    expect(zonesOf(load('systems: {etcd: {}}\nzones: {eu: [etcd-1]}\n'))).toEqual({
      'etcd-1': 'eu',
      'etcd-2': undefined,
      'etcd-3': undefined,
    });
    expect(load('systems: {etcd: {}}\n')).not.toHaveProperty('zones');
  });

  test('they survive the label that a lab keeps its stack in', () => {
    const stack = load('systems: {etcd: {}}\nzones: {eu: [etcd-1], us: ["*-2", etcd-3]}\n');
    expect(zonesOf(JSON.parse(JSON.stringify(stack)))).toEqual(zonesOf(stack));
  });

  test('--set gives a stack zones that has none', () => {
    const stack = load('systems: {etcd: {}}\n', 'zones={eu: [etcd-1]}', 'zones.us=[etcd-2]');
    expect(stack.zones).toEqual({ eu: ['etcd-1'], us: ['etcd-2'] });
  });
});

describe('what is refused', () => {
  const error = (zones: string) => loadError(`systems: {etcd: {}}\nzones: ${zones}\n`);

  test('a node with a slip in its name', () => {
    expect(error('{eu: [ecd-1]}')).toMatchInlineSnapshot(`
      "error: lab.yaml:2:14: there is no node or group "ecd-1"; did you mean "etcd-1"?  (lab-invalid)
           2 | zones: {eu: [ecd-1]}
             |              ^^^^^
      hint: nodes: etcd-1, etcd-2, etcd-3; groups: etcd"
    `);
  });

  test('a node in two zones', () => {
    expect(error('{eu: [etcd], us: [etcd-3]}')).toMatchInlineSnapshot(`
      "error: lab.yaml:2:26: etcd-3 is in two zones: eu and us  (lab-invalid)
           2 | zones: {eu: [etcd], us: [etcd-3]}
             |                          ^^^^^^
      hint: nodes: etcd-1, etcd-2, etcd-3; groups: etcd"
    `);
  });

  test('a pattern for nobody', () => {
    expect(error('{eu: ["app-*"]}')).toMatchInlineSnapshot(`
      "error: lab.yaml:2:14: no node is called "app-*"  (lab-invalid)
           2 | zones: {eu: ["app-*"]}
             |              ^^^^^^^
      hint: nodes: etcd-1, etcd-2, etcd-3; groups: etcd"
    `);
  });

  test('a zone with a name that is none', () => {
    expect(error('{EU: [etcd-1]}')).toMatchInlineSnapshot(`
      "error: lab.yaml:2:9: "EU" cannot be a key of zones: it has a capital E in it; a name is made of a-z, 0-9 and single hyphens  (lab-invalid)
           2 | zones: {EU: [etcd-1]}
             |         ^^
      hint: zones: Where nodes stand: zone -> nodes, groups or patterns. For labctl wan."
    `);
  });

  test('a zone that is no list, and one without nodes', () => {
    expect(error('{eu: etcd-1}')).toMatchInlineSnapshot(`
      "error: lab.yaml:2:13: zones.eu must be a list such as [etcd-1, etcd-2], not "etcd-1"  (lab-invalid)
           2 | zones: {eu: etcd-1}
             |             ^^^^^^
      hint: zones: Where nodes stand: zone -> nodes, groups or patterns. For labctl wan."
    `);
    expect(error('{eu: []}')).toMatchInlineSnapshot(`
      "error: lab.yaml:2:13: zones.eu needs at least one node  (lab-invalid)
           2 | zones: {eu: []}
             |             ^^
      hint: zones: Where nodes stand: zone -> nodes, groups or patterns. For labctl wan."
    `);
    expect(error('{eu: [3]}')).toMatchInlineSnapshot(`
      "error: lab.yaml:2:14: zones.eu[0] must be a node, a group or a pattern such as etcd-*, not "3"  (lab-invalid)
           2 | zones: {eu: [3]}
             |              ^
      hint: zones: Where nodes stand: zone -> nodes, groups or patterns. For labctl wan."
    `);
    expect(error('[eu]')).toMatchInlineSnapshot(`
      "error: lab.yaml:2:8: zones must be a map such as eu: [etcd-1], not a list  (lab-invalid)
           2 | zones: [eu]
             |        ^^^^
      hint: zones: Where nodes stand: zone -> nodes, groups or patterns. For labctl wan."
    `);
  });
});
