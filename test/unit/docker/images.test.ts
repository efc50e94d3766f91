import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { mmdebstrapArgs } from '../../../src/docker/base-image.ts';
import { originOf } from '../../../src/docker/image-origin.ts';
import { proxyImageTag, stageProxyContext } from '../../../src/docker/images.ts';

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

const root = mkdtempSync(join(tmpdir(), 'labctl-test-'));
afterAll(() => rmSync(root, { recursive: true }));
const write = (path: string, text: string) => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};
beforeEach(() => {
  write('images/proxy/Dockerfile', 'FROM scratch\n');
  write('dist/proxy/main.js', 'main');
  write('dist/proxy/main.d.ts', 'types');
  write('dist/faults/jam.js', 'jam');
  write('dist/control/protocol.js', 'protocol');
});

test('the tag of the proxy changes with what is in its image, and with nothing else', () => {
  const tag = proxyImageTag(root);
  expect(tag).toBe('labctl/proxy:c8cd8a1a345a');
  write('dist/proxy/main.d.ts', 'other types');
  expect(proxyImageTag(root)).toBe(tag);
  for (const path of [
    'images/proxy/Dockerfile',
    'dist/proxy/main.js',
    'dist/control/protocol.js',
  ]) {
    const before = proxyImageTag(root);
    write(path, 'changed');
    expect(proxyImageTag(root), path).not.toBe(before);
  }
});

test('the build context holds the compiled program and says that it is ESM', () => {
  const dir = join(root, 'context');
  stageProxyContext(dir, root);
  const files = readdirSync(dir, { recursive: true, withFileTypes: true });
  const names = files.filter((file) => file.isFile()).map(({ name }) => name);
  expect(names.sort()).toEqual(['Dockerfile', 'jam.js', 'main.js', 'package.json', 'protocol.js']);
  expect(JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'))).toEqual({ type: 'module' });
});
