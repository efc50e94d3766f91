// render --out: what it says it wrote is what it wrote.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { renderFolder } from '../../../src/lab/render.ts';

test('files that were there before are not counted', async () => {
  const out = mkdtempSync(join(tmpdir(), 'labctl-test-'));
  writeFileSync(join(out, 'notes.txt'), 'mine');
  mkdirSync(join(out, 'src'));
  writeFileSync(join(out, 'src', 'main.ts'), 'mine');
  const files = await renderFolder({ stack: 'etcd-1node' }, out);
  const images = ['etcd/Dockerfile', 'proxy/Dockerfile', 'proxy/proxy.mjs'];
  expect(files).toEqual(['compose.yaml', ...images.map((file) => `images/${file}`)]);
  expect(readdirSync(out).sort()).toEqual(['compose.yaml', 'images', 'notes.txt', 'src']);
  rmSync(out, { recursive: true });
});
