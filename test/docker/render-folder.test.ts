// A rendered folder needs no labctl: plain docker compose brings up the same lab.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { leftovers, put, testLab } from './labctl.ts';

test('render --out, docker compose up -d, and labctl finds the lab', async () => {
  const lab = testLab('labctl-test-render');
  // Compose pulls the upstream image or, where no registry answers, builds it under that name.
  const upstream = 'quay.io/coreos/etcd:v3.5.16';
  const inspect = ['image', 'inspect', upstream];
  const wasThere = !(await execa('docker', inspect, { reject: false })).failed;
  const dir = await mkdtemp(join(tmpdir(), 'labctl-test-'));
  try {
    const rendered = await lab.run(
      'render',
      'etcd-1node',
      '--out',
      dir,
      '--subnets',
      '10.214.0.0/24',
    );
    expect(rendered.status, rendered.err).toBe(0);
    const up = await execa('docker', ['compose', 'up', '-d'], {
      cwd: dir,
      reject: false,
      all: true,
    });
    expect(up.exitCode, up.all).toBe(0);
    const wait = await lab.run('wait', '--for', 'healthy', '--timeout', '30s');
    expect(wait.status, wait.err).toBe(0);
    await put(await lab.url('etcd-1'), 'from', 'compose');
    const cut = await lab.run('partition', 'etcd-1', '--edges', 'host', '--mode', 'jam');
    expect(cut.status, cut.err).toBe(0);
  } finally {
    await rm(dir, { recursive: true, force: true });
    await lab[Symbol.asyncDispose]();
    if (!wasThere) await execa('docker', ['image', 'rm', upstream], { reject: false });
  }
  expect(await leftovers('labctl-test-render')).toEqual([]);
});
