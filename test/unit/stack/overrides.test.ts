// Keys of single nodes: what they hide of the group's, and what is wrong with them.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildModel } from '../../../src/stack/build-model.ts';
import { configOf, overlay } from '../../../src/stack/model.ts';
import { load, loadError, systems } from './fake.ts';

const stack = (overrides: string, group = 'nodes: 2') =>
  load(`systems:\n  etcd: { ${group}, overrides: { ${overrides} } }\n`);

function configsOf(...args: Parameters<typeof buildModel>) {
  const model = buildModel(...args);
  return model.nodes.map((node) => configOf(model, node));
}

test('the stack has the word over the group, and replace over the stack', () => {
  const two = stack('etcd-2: { version: 3.4.23, flags: { a: b } }');
  expect(configsOf(two, systems)).toMatchObject([
    { version: '3.5.16', flags: {} },
    { version: '3.4.23', flags: { a: 'b' } },
  ]);
  const [, second] = configsOf(two, systems, { 'etcd-2': { version: '3.6.0' } });
  expect(second).toMatchObject({ version: '3.6.0', flags: { a: 'b' }, nodes: 2 });
  expect(second).not.toHaveProperty('overrides');
});

test('another version or image hides a binary, another version an image too', () => {
  const config = { system: 'etcd', version: '1', image: 'i', binary: '/b', cpus: 1 };
  expect(overlay(config, { version: '2' })).toEqual({ system: 'etcd', version: '2', cpus: 1 });
  const { binary, ...rest } = config;
  expect(overlay(config, { image: 'j' })).toEqual({ ...rest, image: 'j' });
  expect(overlay(config, { binary: '/c' })).toEqual({ ...config, binary: '/c' });
});

test('whatever is put over a configuration is in force, and putting it twice changes nothing', () => {
  const key = fc.constantFrom('version', 'image', 'binary', 'flags', 'cpus');
  const config = fc.dictionary(key, fc.string());
  fc.assert(
    fc.property(config, config, (under, over) => {
      const once = overlay(under, over);
      expect(once).toMatchObject(over);
      expect(overlay(once, over)).toEqual(once);
      for (const name of Object.keys(once)) expect({ ...under, ...over }).toHaveProperty(name);
    }),
  );
});

test('a relative binary of one node is seen from the file', () => {
  const { systems: groups } = stack('etcd-1: { binary: ./etcd }');
  expect(groups.etcd!.overrides).toEqual({ 'etcd-1': { binary: '/home/me/etcd' } });
});

test('a node that the group does not have, and a key that a node cannot have', () => {
  expect(loadError('systems:\n  etcd:\n    overrides:\n      etcd-4: {}\n')).toMatchInlineSnapshot(`
    "error: lab.yaml:4:7: etcd has no node "etcd-4"  (lab-invalid)
         4 |       etcd-4: {}
           |       ^^^^^^
    hint: nodes of etcd: etcd-1, etcd-2, etcd-3"
  `);
  expect(
    loadError('systems:\n  etcd:\n    overrides:\n      etcd-2: {nodes: 2}\n'),
  ).toMatchInlineSnapshot(`
    "error: lab.yaml:4:16: unknown key "nodes" in overrides.etcd-2  (lab-invalid)
         4 |       etcd-2: {nodes: 2}
           |                ^^^^^
    hint: keys of overrides.etcd-2: version, flags, binary"
  `);
  expect(
    loadError('systems:\n  etcd:\n    overrides:\n      etcd-2: {version: x}\n'),
  ).toMatchInlineSnapshot(`
    "error: lab.yaml:4:25: overrides.etcd-2.version cannot be "x": a version is written like 3.5.16  (lab-invalid)
         4 |       etcd-2: {version: x}
           |                         ^
    hint: overrides.etcd-2.version: version, e.g. 3.5.16"
  `);
});
