// What a newcomer reads. Change a sentence with `vitest -u` and judge the diff.
import { describe, expect, test } from 'vitest';
import { loadError } from './fake.ts';

const group = (lines: string) => loadError(`systems:\n  etcd:\n${lines}`);

describe('a group', () => {
  test('an unknown system', () => {
    expect(loadError('systems:\n  etdc:\n    nodes: 3\n')).toMatchInlineSnapshot(`
      "error: lab.yaml:2:3: there is no system "etdc"; did you mean "etcd"?  (lab-invalid)
           2 |   etdc:
             |   ^^^^
      hint: systems: etcd, redis; a group of another name says which: system: NAME"
    `);
  });

  test('a group that names no system', () => {
    expect(loadError('systems:\n  store:\n    nodes: 3\n')).toMatchInlineSnapshot(`
      "error: lab.yaml:2:3: there is no system "store", and the group names no other  (lab-invalid)
           2 |   store:
             |   ^^^^^
      hint: systems: etcd, redis; a group of another name says which: system: NAME"
    `);
  });

  test('a group that names an unknown system', () => {
    expect(loadError('systems:\n  kv:\n    system: rediss\n')).toMatchInlineSnapshot(`
      "error: lab.yaml:3:13: there is no system "rediss"; did you mean "redis"?  (lab-invalid)
           3 |     system: rediss
             |             ^^^^^^
      hint: systems: etcd, redis"
    `);
  });

  test('a group with an impossible name', () => {
    expect(loadError('systems:\n  my_etcd:\n    system: etcd\n')).toMatchInlineSnapshot(`
      "error: lab.yaml:2:3: a group cannot be called "my_etcd": it has "_" in it; a name is made of a-z, 0-9 and single hyphens  (lab-invalid)
           2 |   my_etcd:
             |   ^^^^^^^
      hint: The message points at the line and says what is allowed; labctl validate FILE checks a file."
    `);
  });

  test('two unknown keys', () => {
    expect(group('    verison: 3.5.16\n    nods: 4\n')).toMatchInlineSnapshot(`
      "error: lab.yaml:3:5: unknown key "verison" in systems.etcd; did you mean "version"? (and 1 more)  (lab-invalid)
           3 |     verison: 3.5.16
             |     ^^^^^^^
      hint: keys of systems.etcd: system, version, nodes, flags, binary, environment, cpus, mem_limit, host_port, overrides"
    `);
  });

  test('no nodes', () => {
    expect(group('    nodes: 0\n')).toMatchInlineSnapshot(`
      "error: lab.yaml:3:12: nodes must be a whole number from 1 to 25, not 0  (lab-invalid)
           3 |     nodes: 0
             |            ^
      hint: nodes: how many members"
    `);
  });

  test('too many nodes', () => {
    expect(group('    nodes: 10000\n')).toMatchInlineSnapshot(`
      "error: lab.yaml:3:12: nodes must be a whole number from 1 to 25, not 10000  (lab-invalid)
           3 |     nodes: 10000
             |            ^^^^^
      hint: nodes: how many members"
    `);
  });

  test('a word for a number', () => {
    expect(group('    nodes: three\n')).toMatchInlineSnapshot(`
      "error: lab.yaml:3:12: nodes must be a whole number from 1 to 25, not "three"  (lab-invalid)
           3 |     nodes: three
             |            ^^^^^
      hint: nodes: how many members"
    `);
  });

  test('a number that is not there', () => {
    expect(group('    nodes:\n')).toMatchInlineSnapshot(`
      "error: lab.yaml:3:5: nodes must be a whole number from 1 to 25, but nothing is there  (lab-invalid)
           3 |     nodes:
             |     ^^^^^
      hint: nodes: how many members"
    `);
  });

  test('a version that is none', () => {
    expect(group('    version: latest\n')).toMatchInlineSnapshot(`
      "error: lab.yaml:3:14: version cannot be "latest": a version is written like 3.5.16  (lab-invalid)
           3 |     version: latest
             |              ^^^^^^
      hint: version: version, e.g. 3.5.16"
    `);
  });

  test('a list for a map', () => {
    expect(group('    flags: [snapshot-count]\n')).toMatchInlineSnapshot(`
      "error: lab.yaml:3:12: flags must be a map of keys and values, not a list  (lab-invalid)
           3 |     flags: [snapshot-count]
             |            ^^^^^^^^^^^^^^^^
      hint: The message points at the line and says what is allowed; labctl validate FILE checks a file."
    `);
  });

  test('a flag with its dashes', () => {
    expect(group('    flags: {--Debug: true}\n')).toMatchInlineSnapshot(`
      "error: lab.yaml:3:13: "--Debug" cannot be a key of flags: a flag is written without its dashes  (lab-invalid)
           3 |     flags: {--Debug: true}
             |             ^^^^^^^
      hint: The message points at the line and says what is allowed; labctl validate FILE checks a file."
    `);
  });

  test('a home folder', () => {
    expect(group('    binary: ~/bin/etcd\n')).toMatchInlineSnapshot(`
      "error: lab.yaml:3:13: binary must be a path, not "~/bin/etcd"; ~ is not expanded here  (lab-invalid)
           3 |     binary: ~/bin/etcd
             |             ^^^^^^^^^^
      hint: The message points at the line and says what is allowed; labctl validate FILE checks a file."
    `);
  });

  test('two owners of a host port', () => {
    expect(
      loadError('systems:\n  etcd:\n    host_port: 23790\n  redis:\n    host_port: 23792\n'),
    ).toMatchInlineSnapshot(`
      "error: lab.yaml:5:16: host port 23792 would be both etcd-3's and redis-1's  (lab-invalid)
           5 |     host_port: 23792
             |                ^^^^^
      hint: The message points at the line and says what is allowed; labctl validate FILE checks a file."
    `);
  });
});
