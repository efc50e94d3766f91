import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { mmdebstrapArgs } from '../../../src/docker/base-image.ts';
import { originOf } from '../../../src/docker/image-origin.ts';
import { lastWords } from '../../../src/docker/image-steps.ts';
import { proxyImageTag, stageProxyContext } from '../../../src/docker/proxy-context.ts';

test('where an image came from is read off the image', () => {
  const digests = ['quay.io/coreos/etcd@sha256:00'];
  expect(originOf({ RepoDigests: digests, Labels: null })).toBe('pulled');
  expect(originOf({ RepoDigests: [], Labels: { maintainer: 'me' } })).toBe('local');
  expect(originOf({ RepoDigests: null, Labels: null })).toBe('local');
  expect(originOf({ RepoDigests: digests, Labels: { 'labctl.recipe': 'etcd' } })).toBe('built');
});

test('only sid is told to take an expired Release file', () => {
  const args = (suite: string) => mmdebstrapArgs(suite, 'http://mirror/debian', 'arm64', 'out.tar');
  const lenient = '--aptopt=Acquire::Check-Valid-Until "false"';
  expect(args('sid')).toContain(lenient);
  expect(args('bookworm')).not.toContain(lenient);
  expect(args('bookworm')).toContain('--architectures=arm64');
  expect(args('bookworm').slice(-3)).toEqual([
    'bookworm',
    'out.tar',
    'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://mirror/debian bookworm main',
  ]);
});

test('a failed build shows what its command wrote to stderr, whatever came in between', () => {
  const stderr = (text: string) => `\u001b[91m${text}\u001b[0m`;
  const packages = 'This may mean that the package is missing, has been obsoleted, or\n'.repeat(4);
  const pieces = [
    stderr('E:'),
    'Building...',
    stderr(" Version '1*'"),
    '\n',
    stderr(' not found\n'),
  ];
  expect(lastWords([...pieces, packages])).toEqual(["E: Version '1*' not found"]);
  expect(lastWords(['one\n', '\n', 'two\nthr', 'ee\n'])).toEqual(['one', 'two', 'three']);
  expect(lastWords(['1\n2\n3\n4\n5\n'])).toEqual(['2', '3', '4', '5']);
});

const root = mkdtempSync(join(tmpdir(), 'labctl-test-'));
afterAll(() => rmSync(root, { recursive: true }));
const write = (path: string, text: string) => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};
beforeEach(() => {
  write('images/proxy/Dockerfile', 'FROM scratch\n');
  write('dist/proxy/main.js', 'main');
  write('dist/proxy.mjs', 'program');
});

test('the tag of the proxy changes with what is in its image, and with nothing else', () => {
  const tag = proxyImageTag(root);
  expect(tag).toBe('labctl/proxy:61ae12fa7b96');
  write('dist/proxy.d.ts', 'types');
  expect(proxyImageTag(root)).toBe(tag);
  for (const path of ['images/proxy/Dockerfile', 'dist/proxy.mjs']) {
    const before = proxyImageTag(root);
    write(path, 'changed');
    expect(proxyImageTag(root), path).not.toBe(before);
  }
});

test('a program that is older than its source is not built into an image', () => {
  const old = new Date(Date.now() - 60_000);
  utimesSync(join(root, 'dist/proxy.mjs'), old, old);
  expect(() => proxyImageTag(root)).toThrow('npm run build');
});

test('the build context holds the recipe and the program, in one file', () => {
  const dir = join(root, 'context');
  stageProxyContext(dir, root);
  expect(readdirSync(dir).sort()).toEqual(['Dockerfile', 'proxy.mjs']);
});
