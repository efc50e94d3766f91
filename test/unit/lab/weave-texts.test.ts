// The files of a compose project that are read for names of services.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readTexts } from '../../../src/lab/weave-texts.ts';
import type { Project } from '../../../src/weave/project.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'labctl-unit-'));
  mkdirSync(join(folder, 'shop', '.git'), { recursive: true });
  writeFileSync(join(folder, 'secret.conf'), 'http://api:3000');
  writeFileSync(join(folder, 'shop', 'compose.yaml'), '');
  writeFileSync(join(folder, 'shop', 'web.conf'), 'http://api:3000');
  symlinkSync('web.conf', join(folder, 'shop', 'current.conf'));
  symlinkSync('../secret.conf', join(folder, 'shop', 'outside.conf'));
  symlinkSync('shop', join(folder, 'link'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test.each(['shop', 'link'])('in %s, and by a link to a file; nothing outside', (name) => {
  const at = (file: string) => join(folder, name, file);
  const read = (source: string) => {
    const service = { volumes: [{ type: 'bind', source }] };
    const project: Project = { name: 'shop', services: { web: service } };
    return readTexts(service, project, at('compose.yaml')).map(({ where }) => where);
  };
  expect(read(at('web.conf'))).toEqual(['file web.conf']);
  expect(read(at('current.conf'))).toEqual(['file web.conf']);
  expect(read(at('outside.conf'))).toEqual([]);
  expect(read(join(folder, 'secret.conf'))).toEqual([]);
  expect(read(at('missing.conf'))).toEqual([]);
});
