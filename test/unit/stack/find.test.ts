import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findStack, listStacks } from '../../../src/stack/find.ts';
import { errorOf } from './fake.ts';

const root = mkdtempSync(join(tmpdir(), 'labctl-find-'));
const builtinDir = join(root, 'examples');
const project = join(root, 'project');
const deep = join(project, 'a', 'b');

const files = {
  'examples/etcd-3node/stack.yaml':
    '# yaml-language-server: $schema=x\n# three members\nsystems:\n',
  'examples/etcd-10node/stack.yaml': 'systems:\n',
  'examples/notes.txt': '',
  'project/.git/HEAD': '',
  'project/labctl.yaml': 'name: project\n',
  'project/etcd-3node/stack.yaml': 'name: mine\n',
  'project/other.yaml': 'name: other\n',
  'project/a/b/c.txt': '',
  'bare/empty/x.txt': '',
  'labctl.yaml': 'name: outside\n',
};

beforeAll(() => {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
});
afterAll(() => rmSync(root, { recursive: true }));

const find = (cwd: string, what: { name?: string; file?: string }) =>
  findStack({ cwd, builtinDir, ...what });
const error = (cwd: string, what: { name?: string; file?: string }) =>
  errorOf(() => find(cwd, what)).replaceAll(root, 'ROOT');

describe('listStacks', () => {
  test('lists the built-in ones with their first comment', () => {
    expect(listStacks(builtinDir).map(({ name, summary }) => [name, summary])).toEqual([
      ['etcd-3node', 'three members'],
      ['etcd-10node', ''],
    ]);
  });
});

describe('findStack', () => {
  test('a bare word is a built-in stack, ./word a path', () => {
    expect(find(project, { name: 'etcd-3node' })).toEqual({
      text: files['examples/etcd-3node/stack.yaml'],
      path: join(builtinDir, 'etcd-3node', 'stack.yaml'),
      folder: join(builtinDir, 'etcd-3node'),
    });
    expect(find(project, { name: './etcd-3node' })).toMatchObject({
      text: 'name: mine\n',
      path: 'etcd-3node/stack.yaml',
    });
  });

  test('a file or a folder, as a name or as --file', () => {
    const other = { text: 'name: other\n', path: 'other.yaml', folder: project };
    expect(find(project, { name: 'other.yaml' })).toEqual(other);
    expect(find(project, { file: 'other.yaml' })).toEqual(other);
    expect(find(project, { file: 'etcd-3node' })).toMatchObject({ text: 'name: mine\n' });
    expect(find(deep, { name: project })).toMatchObject({ path: join(project, 'labctl.yaml') });
    expect(find(root, { name: 'project' })).toMatchObject({ path: 'project/labctl.yaml' });
  });

  test('nothing is the labctl.yaml of the project, not beyond the git root', () => {
    expect(find(deep, {})).toMatchObject({ text: 'name: project\n', folder: project });
    expect(find(project, {}).path).toBe('labctl.yaml');
    rmSync(join(project, 'labctl.yaml'));
    expect(error(deep, {})).toMatchInlineSnapshot(`
      "error: no stack is named, and no labctl.yaml is in ROOT/project/a/b or above it up to ROOT/project  (stack-not-found)
      hint: labctl stacks lists the built-in ones: labctl up etcd-3node"
    `);
    expect(error(join(root, 'bare'), {})).toMatchInlineSnapshot(`
      "error: no stack is named, and no labctl.yaml is in ROOT/bare  (stack-not-found)
      hint: labctl stacks lists the built-in ones: labctl up etcd-3node"
    `);
  });

  test('what is not there', () => {
    expect(error(project, { name: 'etcd-3nodes' })).toMatchInlineSnapshot(`
      "error: there is no stack "etcd-3nodes"; did you mean "etcd-3node"?  (stack-not-found)
      hint: built in: etcd-3node, etcd-10node; a path to a YAML file or its folder works too"
    `);
    expect(error(project, { name: 'mysql' })).toMatchInlineSnapshot(`
      "error: there is no stack "mysql"  (stack-not-found)
      hint: built in: etcd-3node, etcd-10node; a path to a YAML file or its folder works too"
    `);
    expect(error(project, { name: './mysql' })).toMatchInlineSnapshot(`
      "error: there is no file ./mysql  (stack-not-found)
      hint: labctl stacks lists the built-in ones; a path to a YAML file works too."
    `);
    expect(error(project, { file: 'lab.yaml' })).toMatchInlineSnapshot(`
      "error: there is no file lab.yaml  (stack-not-found)
      hint: labctl stacks lists the built-in ones; a path to a YAML file works too."
    `);
    expect(error(root, { file: 'bare/empty' })).toMatchInlineSnapshot(`
      "error: bare/empty has no stack.yaml and no labctl.yaml in it  (stack-not-found)
      hint: labctl stacks lists the built-in ones; a path to a YAML file works too."
    `);
    expect(error(root, { file: 'labctl.yaml/x' })).toMatchInlineSnapshot(`
      "error: labctl.yaml/x: ENOTDIR: not a directory, stat 'ROOT/labctl.yaml/x'  (stack-not-found)
      hint: labctl stacks lists the built-in ones; a path to a YAML file works too."
    `);
  });

  test('two stacks at once', () => {
    expect(error(project, { name: 'etcd-3node', file: 'x.yaml' })).toMatchInlineSnapshot(`
      "error: etcd-3node and --file x.yaml are two stacks; give one of them  (usage)
      hint: See labctl COMMAND --help."
    `);
  });

  test('a file that is too long is not read to its end', () => {
    writeFileSync(join(root, 'long.yaml'), `# ${'x'.repeat(1_000_000)}\n`);
    const { text } = find(root, { file: 'long.yaml' });
    expect(text.length).toBe(4 * 64 * 1024 + 1);
  });
});
