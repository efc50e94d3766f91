// What a newcomer reads. Change a sentence with `vitest -u` and judge the diff.
import { describe, expect, test } from 'vitest';
import { loadError } from './fake.ts';

describe('--set', () => {
  test('no value', () => {
    expect(loadError('systems: {etcd: }\n', 'nodes')).toMatchInlineSnapshot(`
      "error: --set nodes: write it as KEY=VALUE  (lab-invalid)
      hint: for example: --set nodes=5"
    `);
  });

  test('out of range', () => {
    expect(loadError('systems: {etcd: }\n', 'nodes=0')).toMatchInlineSnapshot(`
      "error: --set nodes=0: nodes must be a whole number from 1 to 25, not 0  (lab-invalid)
      hint: nodes: how many members"
    `);
  });

  test('an unknown key', () => {
    expect(loadError('systems: {etcd: }\n', 'nods=5')).toMatchInlineSnapshot(`
      "error: --set nods=5: there is no "nods" to set; did you mean "nodes"?  (lab-invalid)
      hint: --set takes name, zones, monitor, system, version, nodes, flags, binary, environment, cpus, mem_limit, host_port, overrides, etcd.KEY"
    `);
  });

  test('an unknown group', () => {
    expect(loadError('systems: {etcd: }\n', 'ectd.nodes=5')).toMatchInlineSnapshot(`
      "error: --set ectd.nodes=5: there is no "ectd" to set; did you mean "etcd"?  (lab-invalid)
      hint: --set takes name, zones, monitor, system, version, nodes, flags, binary, environment, cpus, mem_limit, host_port, overrides, etcd.KEY"
    `);
  });

  test('a wrong version', () => {
    expect(loadError('systems: {etcd: }\n', 'version=latest')).toMatchInlineSnapshot(`
      "error: --set version=latest: version cannot be "latest": a version is written like 3.5.16  (lab-invalid)
      hint: version: version, e.g. 3.5.16"
    `);
  });

  test('bad YAML', () => {
    expect(loadError('systems: {etcd: }\n', 'flags=[a')).toMatchInlineSnapshot(`
      "error: --set flags=[a: a [ is not closed  (lab-invalid)
      hint: VALUE is YAML; a text with signs in it wants quotes: --set 'KEY="a: b"'"
    `);
  });

  test('nothing', () => {
    expect(loadError('systems: {etcd: }\n', 'nodes=')).toMatchInlineSnapshot(`
      "error: --set nodes=: nodes must be a whole number from 1 to 25, but nothing is there  (lab-invalid)
      hint: nodes: how many members"
    `);
  });

  test('a wrong name', () => {
    expect(loadError('systems: {etcd: }\n', 'name=A/B')).toMatchInlineSnapshot(`
      "error: --set name=A/B: name cannot be "A/B": it has a capital A in it; a name is made of a-z, 0-9 and single hyphens  (lab-invalid)
      hint: name: The lab's name. Default: the name of the folder or file."
    `);
  });

  test('of two, the wrong one', () => {
    expect(loadError('systems: {etcd: }\n', 'nodes=5', 'cpus=0')).toMatchInlineSnapshot(`
      "error: --set cpus=0: cpus must be a number above 0, not 0  (lab-invalid)
      hint: KEY is name, a key of the only system, or NAME.KEY for a system or node of the file"
    `);
  });

  test('a flag below', () => {
    expect(loadError('systems: {etcd: }\n', 'flags.A=1')).toMatchInlineSnapshot(`
      "error: --set flags.A=1: "A" cannot be a key of flags: a flag is written without its dashes  (lab-invalid)
      hint: KEY is name, a key of the only system, or NAME.KEY for a system or node of the file"
    `);
  });

  test('several systems', () => {
    const two = 'systems: {etcd: , kv: {system: redis}}\n';
    expect(loadError(two, 'nodes=5')).toMatchInlineSnapshot(`
      "error: --set nodes=5: there are several systems  (lab-invalid)
      hint: say of which: etcd.nodes=... or kv.nodes=..."
    `);
    expect(loadError(two, 'nods=5')).toMatchInlineSnapshot(`
      "error: --set nods=5: there is no "nods" to set  (lab-invalid)
      hint: --set takes name, zones, monitor, etcd.KEY, kv.KEY"
    `);
  });

  test('comes after what is wrong with the file', () => {
    expect(loadError('systems: {etcd: 3}\n', 'nodes=0')).toMatchInlineSnapshot(`
      "error: lab.yaml:1:17: systems.etcd must be a map of keys and values, not 3  (lab-invalid)
           1 | systems: {etcd: 3}
             |                 ^
      hint: The message points at the line and says what is allowed; labctl validate FILE checks a file."
    `);
  });
});
