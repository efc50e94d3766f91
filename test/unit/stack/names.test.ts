import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  LAB_NAME,
  labNameProblem,
  NODE_NAME,
  near,
  nodeNameProblem,
  toLabName,
} from '../../../src/stack/names.ts';

/** Texts that are names, nearly are, or are not at all. */
const words = fc.oneof(
  fc.string({ maxLength: 50 }),
  fc.stringMatching(/^[a-z0-9-]{0,45}$/),
  fc.stringMatching(/^[a-z][a-z0-9]{0,20}(-[a-z0-9]{1,8}){0,2}$/),
);

describe('names', () => {
  test.each(['etcd-3node', 'a', '3node', 'a-1-b'])('%s can be a lab', (name) => {
    expect(labNameProblem(name)).toBeUndefined();
  });

  test.each([
    ['', 'is empty'],
    ['../etc', 'has "." in it; a name is made of a-z, 0-9 and single hyphens'],
    ['a;rm', 'has ";" in it; a name is made of a-z, 0-9 and single hyphens'],
    ['my lab', 'has a space in it; a name is made of a-z, 0-9 and single hyphens'],
    ['Etcd', 'has a capital E in it; a name is made of a-z, 0-9 and single hyphens'],
    ['a\n', 'has "\\n" in it; a name is made of a-z, 0-9 and single hyphens'],
    ['a--b', 'has two hyphens in a row; a name has single ones only'],
    ['a-', 'ends with a hyphen; a name has them in the middle only'],
    ['-a', 'begins with a hyphen; a name has them in the middle only'],
    ['a'.repeat(41), 'has 41 characters; a name has 40 at most'],
  ])('%j %s', (name, problem) => {
    expect(labNameProblem(name)).toBe(problem);
    expect(nodeNameProblem(name)).toBe(problem);
  });

  test.each([
    ['3node', 'begins with a digit; the name of a node begins with a letter'],
    ['host', 'stands for your own machine'],
    ['localhost', 'stands for your own machine'],
  ])('%j is no node: it %s', (name, problem) => {
    expect(nodeNameProblem(name)).toBe(problem);
  });

  test('the patterns for editors say the same', () => {
    fc.assert(
      fc.property(words, (word) => {
        expect(new RegExp(LAB_NAME, 'u').test(word)).toBe(labNameProblem(word) === undefined);
        const reserved = ['host', 'localhost'].includes(word);
        const problem = nodeNameProblem(word);
        expect(new RegExp(NODE_NAME, 'u').test(word)).toBe(reserved || problem === undefined);
      }),
    );
  });

  test('any text can be made a lab name, and a lab name stays', () => {
    fc.assert(
      fc.property(words, (word) => {
        expect(labNameProblem(toLabName(word))).toBeUndefined();
        if (labNameProblem(word) === undefined) expect(toLabName(word)).toBe(word);
      }),
    );
    expect(toLabName('My Stuff (2)')).toBe('my-stuff-2');
    expect(toLabName('!!')).toBe('lab');
  });
});

describe('near', () => {
  const keys = ['image', 'ports', 'connects', 'environment', 'host_port', 'version', 'cpus'];

  test.each([
    ['imge', 'image'],
    ['verison', 'version'],
    ['Version', 'version'],
    ['hostPort', 'host_port'],
    ['host-port', 'host_port'],
    ['env', 'environment'],
    ['port', 'ports'],
    ['colour', undefined],
    ['x', undefined],
    ['', undefined],
  ])('%j is meant to be %j', (word, meant) => {
    expect(near(word, keys)).toBe(meant);
  });

  test('another number is not a slip', () => {
    expect(near('etcd-4', ['etcd-1', 'etcd-2'])).toBeUndefined();
    expect(near('etcd1', ['etcd-1', 'etcd-2'])).toBe('etcd-1');
  });

  test('a known word is its own nearest', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.stringMatching(/^[a-z0-9]{2,9}$/), { minLength: 1 }), (all) => {
        expect(near(all[0]!, all)).toBe(all[0]);
      }),
    );
  });
});
