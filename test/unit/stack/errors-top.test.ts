// What a newcomer reads. Change a sentence with `vitest -u` and judge the diff.
import { describe, expect, test } from 'vitest';
import { loadError } from './fake.ts';

describe('the top', () => {
  test('a key with a slip in it', () => {
    expect(loadError('systms:\n  etcd:\n')).toMatchInlineSnapshot(`
      "error: lab.yaml:1:1: unknown key "systms"; did you mean "systems"?  (lab-invalid)
           1 | systms:
             | ^^^^^^
      hint: keys of a stack file: name, systems, nodes, links, zones, monitor"
    `);
  });

  test('a compose file', () => {
    expect(loadError('services:\n  app:\n    image: x\n')).toMatchInlineSnapshot(`
      "error: lab.yaml:1:1: services cannot stand at the top: containers of your own go under nodes:  (lab-invalid)
           1 | services:
             | ^^^^^^^^
      hint: keys of a stack file: name, systems, nodes, links, zones, monitor"
    `);
  });

  test('a system in the wrong place', () => {
    expect(loadError('etcd:\n  nodes: 3\n')).toMatchInlineSnapshot(`
      "error: lab.yaml:1:1: etcd cannot stand at the top: a system goes under systems:  (lab-invalid)
           1 | etcd:
             | ^^^^
      hint: keys of a stack file: name, systems, nodes, links, zones, monitor"
    `);
  });

  test('the number of nodes in the wrong place', () => {
    expect(loadError('nodes: 3\nsystems: {etcd: }\n')).toMatchInlineSnapshot(`
      "error: lab.yaml:1:8: nodes must be a map of your own containers, not 3; how many nodes a system has is said in its group under systems:  (lab-invalid)
           1 | nodes: 3
             |        ^
      hint: nodes: Containers of your own: compose services, plus ports and connects."
    `);
  });

  test('a list of systems', () => {
    expect(loadError('systems: [etcd]\n')).toMatchInlineSnapshot(`
      "error: lab.yaml:1:10: systems must be a map such as etcd: {nodes: 3}, not a list  (lab-invalid)
           1 | systems: [etcd]
             |          ^^^^^^
      hint: systems: Groups of nodes that one system runs on. A key is the beginning of node names."
    `);
  });

  test('neither systems nor nodes', () => {
    expect(loadError('name: a\n')).toMatchInlineSnapshot(`
      "error: lab.yaml: a lab needs at least one system or node, and this file has none  (lab-invalid)
      hint: for example: systems: {etcd: {nodes: 3}}"
    `);
  });

  test('a name that leads elsewhere', () => {
    expect(loadError('name: ../etc\nsystems: {etcd: {}}\n')).toMatchInlineSnapshot(`
      "error: lab.yaml:1:7: name cannot be "../etc": it has "." in it; a name is made of a-z, 0-9 and single hyphens  (lab-invalid)
           1 | name: ../etc
             |       ^^^^^^
      hint: name: The lab's name. Default: the name of the folder or file."
    `);
  });

  test('a name for the shell', () => {
    expect(loadError('name: a; rm -rf $HOME\nsystems: {etcd: {}}\n')).toMatchInlineSnapshot(`
      "error: lab.yaml:1:7: name cannot be "a; rm -rf $HOME": it has ";" in it; a name is made of a-z, 0-9 and single hyphens  (lab-invalid)
           1 | name: a; rm -rf $HOME
             |       ^^^^^^^^^^^^^^^
      hint: name: The lab's name. Default: the name of the folder or file."
    `);
  });

  test('a name that is none', () => {
    expect(loadError('name: [a]\nsystems: {etcd: {}}\n')).toMatchInlineSnapshot(`
      "error: lab.yaml:1:7: name must be a text, not a list  (lab-invalid)
           1 | name: [a]
             |       ^^^
      hint: name: The lab's name. Default: the name of the folder or file."
    `);
  });
});
