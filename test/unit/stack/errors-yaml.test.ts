// What a newcomer reads. Change a sentence with `vitest -u` and judge the diff.
import { describe, expect, test } from 'vitest';
import { loadError } from './fake.ts';

describe('YAML', () => {
  test('a line that is indented wrongly', () => {
    expect(
      loadError('systems:\n  etcd:\n    nodes: 3\n   version: 3.5.16\n'),
    ).toMatchInlineSnapshot(`
      "error: lab.yaml:4:4: the indentation does not fit: the keys of a map begin in one column  (lab-invalid)
           4 |    version: 3.5.16
             |    ^^^^^^^
      hint: The message points at the line and says what is allowed; labctl validate FILE checks a file."
    `);
  });

  test('a key deeper than its neighbours', () => {
    expect(
      loadError('systems:\n  etcd:\n  nodes: 3\n    version: 3.5.16\n'),
    ).toMatchInlineSnapshot(`
      "error: lab.yaml:3:10: no key can stand here: check the indentation, or quote a text with ": " in it  (lab-invalid)
           3 |   nodes: 3
             |          ^
      hint: The message points at the line and says what is allowed; labctl validate FILE checks a file."
    `);
  });

  test('a tab', () => {
    expect(loadError('systems:\n\tetcd:\n')).toMatchInlineSnapshot(`
      "error: lab.yaml:2:1: a tab cannot indent; use spaces  (lab-invalid)
           2 |  etcd:
             | ^
      hint: The message points at the line and says what is allowed; labctl validate FILE checks a file."
    `);
  });

  test('no space after the colon', () => {
    expect(
      loadError('systems:\n  etcd:\n    nodes:3\n    version: 3.5.16\n'),
    ).toMatchInlineSnapshot(`
      "error: lab.yaml:3:5: a key wants a colon and a space behind it, as in nodes: 3  (lab-invalid)
           3 |     nodes:3
             |     ^^^^^^^
      hint: The message points at the line and says what is allowed; labctl validate FILE checks a file."
    `);
  });

  test('no space after the only colon', () => {
    expect(loadError('systems:\n  etcd:\n    nodes:3\n')).toMatchInlineSnapshot(`
      "error: lab.yaml:3:5: systems.etcd must be a map of keys and values, not "nodes:3"; a key wants a colon and a space behind it  (lab-invalid)
           3 |     nodes:3
             |     ^^^^^^^
      hint: The message points at the line and says what is allowed; labctl validate FILE checks a file."
    `);
  });

  test('a key that is there twice', () => {
    expect(loadError('systems:\n  etcd:\n    nodes: 3\n    nodes: 4\n')).toMatchInlineSnapshot(`
      "error: lab.yaml:4:5: the key nodes is there twice  (lab-invalid)
           4 |     nodes: 4
             |     ^^^^^
      hint: The message points at the line and says what is allowed; labctl validate FILE checks a file."
    `);
  });

  test('a brace that is not closed', () => {
    expect(loadError('systems: {etcd: {nodes: 3}\n')).toMatchInlineSnapshot(`
      "error: lab.yaml:1:26: a { is not closed  (lab-invalid)
           1 | systems: {etcd: {nodes: 3}
             |                          ^
      hint: The message points at the line and says what is allowed; labctl validate FILE checks a file."
    `);
  });

  test('a quote that is not closed', () => {
    expect(loadError('name: "x\nsystems: {etcd: {}}\n')).toMatchInlineSnapshot(`
      "error: lab.yaml:1:7: a quote is not closed  (lab-invalid)
           1 | name: "x
             |       ^
      hint: The message points at the line and says what is allowed; labctl validate FILE checks a file."
    `);
  });

  test('two documents', () => {
    expect(loadError('name: a\n---\nname: b\n')).toMatchInlineSnapshot(`
      "error: lab.yaml:2:1: a stack file is one YAML document; a second one begins here  (lab-invalid)
           2 | ---
             | ^^^
      hint: The message points at the line and says what is allowed; labctl validate FILE checks a file."
    `);
  });

  test('an unknown alias', () => {
    expect(loadError('systems: *all\n')).toMatchInlineSnapshot(`
      "error: lab.yaml:1:10: there is no anchor &all above this alias  (lab-invalid)
           1 | systems: *all
             |          ^^^^
      hint: The message points at the line and says what is allowed; labctl validate FILE checks a file."
    `);
  });

  test('an alias of itself', () => {
    expect(loadError('name: &a [*a]\n')).toMatchInlineSnapshot(`
      "error: lab.yaml:1:10: values are nested more than 30 deep  (lab-invalid)
           1 | name: &a [*a]
             |          ^^^^
      hint: The message points at the line and says what is allowed; labctl validate FILE checks a file."
    `);
  });

  test('a bomb of aliases', () => {
    expect(
      loadError(
        'a: &a [1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e]\n',
      ),
    ).toMatchInlineSnapshot(`
      "error: lab.yaml:1:8: there are more than 20000 values  (lab-invalid)
           1 | a: &a [1]
             |        ^
      hint: The message points at the line and says what is allowed; labctl validate FILE checks a file."
    `);
  });

  test('a list', () => {
    expect(loadError('- etcd\n')).toMatchInlineSnapshot(`
      "error: lab.yaml: a stack file has the keys name, systems, nodes, links, zones and monitor, but this is a list  (lab-invalid)
      hint: the smallest stack file is one line: systems: {etcd: {nodes: 3}}"
    `);
  });

  test('a word', () => {
    expect(loadError('etcd\n')).toMatchInlineSnapshot(`
      "error: lab.yaml: a stack file has the keys name, systems, nodes, links, zones and monitor, but this is only "etcd"  (lab-invalid)
      hint: the smallest stack file is one line: systems: {etcd: {nodes: 3}}"
    `);
  });

  test('nothing', () => {
    expect(loadError('# nothing yet\n')).toMatchInlineSnapshot(`
      "error: lab.yaml: the file is empty  (lab-invalid)
      hint: the smallest stack file is one line: systems: {etcd: {nodes: 3}}"
    `);
  });

  test('a binary file', () => {
    expect(loadError('\0ELF')).toMatchInlineSnapshot(`
      "error: lab.yaml: this is not a text file  (lab-invalid)
      hint: the smallest stack file is one line: systems: {etcd: {nodes: 3}}"
    `);
  });
});

describe('the place', () => {
  test('is right with Windows line ends and a byte order mark', () => {
    expect(loadError('\uFEFFsystems:\r\n  etcd:\r\n    nodes: 0\r\n')).toMatchInlineSnapshot(`
      "error: lab.yaml:3:12: nodes must be a whole number from 1 to 25, not 0  (lab-invalid)
           3 |     nodes: 0
             |            ^
      hint: nodes: how many members"
    `);
  });

  test('is right for what stands far to the right', () => {
    expect(
      loadError(
        'systems: {etcd: {flags: {flag-a: some-value, flag-b: some-value, flag-c: some-value, flag-d: some-value, flag-e: some-value, flag-f: some-value, flag-g: some-value, flag-h: some-value}, nodes: 0}}\n',
      ),
    ).toMatchInlineSnapshot(`
      "error: lab.yaml:1:194: nodes must be a whole number from 1 to 25, not 0  (lab-invalid)
           1 | some-value}, nodes: 0}}
             |                     ^
      hint: nodes: how many members"
    `);
  });

  test("is that of an alias's anchor", () => {
    expect(
      loadError('nodes:\n  a: &a\n    image: x\n    ports: [0]\n  b: *a\n'),
    ).toMatchInlineSnapshot(`
      "error: lab.yaml:4:13: ports[0] must be a port from 1 to 60999, not 0 (and 1 more)  (lab-invalid)
           4 |     ports: [0]
             |             ^
      hint: ports: Ports that it listens on: what edges to it carry and host:NODE publishes."
    `);
  });

  test('shows no control characters', () => {
    expect(loadError('name: "\u001b[31mred"\nsystems: {etcd: }\n')).toMatchInlineSnapshot(`
      "error: lab.yaml:1:7: name cannot be "\\u001b[31mred": it has "\\u001b" in it; a name is made of a-z, 0-9 and single hyphens  (lab-invalid)
           1 | name: " [31mred"
             |       ^^^^^^^^^^
      hint: name: The lab's name. Default: the name of the folder or file."
    `);
  });
});
