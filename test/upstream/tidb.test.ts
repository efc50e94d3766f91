// PD, TiKV and TiDB themselves, version by version: they take their flags and files, come up
// through the proxies, and answer labctl's probes as these expect.
import { expect, test } from 'vitest';
import type { LabStatus } from '../../src/lab/status.ts';
import { startLab } from '../docker/labctl.ts';
import { versions } from './versions.ts';

for (const version of versions) {
  test(`tidb-ha ${version}: comes up, loses its PD leader, gets it back`, async () => {
    await using lab = await startLab(
      'labctl-test-upstream-tidb',
      'tidb-ha',
      ...['--set', `version=${version}`],
    );
    const status = () => lab.json<LabStatus>('status');
    const { nodes } = await status();
    const leader = nodes.find((node) => node.leader)!;
    expect(leader.facts).toMatchObject({ stores: 3, storesUp: 3 });
    expect(nodes.filter(({ facts }) => facts?.ddlOwner)).toHaveLength(1);
    expect((await lab.run('partition', '--isolate', 'pd-leader')).status).toBe(0);
    const others = nodes.filter(({ role, leader: led }) => role === 'pd' && !led);
    const names = others.map(({ name }) => name);
    expect((await lab.run('wait', ...names, '--for', 'leader', '--timeout', '60s')).status).toBe(0);
    expect((await lab.run('heal')).status).toBe(0);
    const healthy = await lab.run('wait', '--for', 'healthy', '--timeout', '60s');
    expect(healthy.status, healthy.err).toBe(0);
    const none = await lab.run('failpoint', 'tikv-1');
    expect(none.err).toContain('has no failpoints');
  });

  test(`tikv ${version}: stores and PDs come and go, under the same names`, async () => {
    const counts = ['--set', 'pd.count=1', '--set', 'tikv.count=3'];
    await using lab = await startLab(
      'labctl-test-upstream-scale',
      ...['tikv', '--set', `version=${version}`, ...counts],
    );
    for (const size of ['pd=3', 'tikv=4', 'tikv=3', 'pd=1', 'pd=2', 'tikv=4']) {
      const ran = await lab.run('scale', size);
      expect(ran.status, ran.err).toBe(0);
      const healthy = await lab.run('wait', '--for', 'healthy', '--timeout', '60s');
      expect(healthy.status, healthy.err).toBe(0);
    }
    const { nodes } = await lab.json<LabStatus>('status');
    expect(nodes.find((node) => node.leader)!.facts).toMatchObject({ stores: 4, storesUp: 4 });
    const stuck = await lab.run('scale', 'tikv=2');
    expect(stuck.err).toContain('tikv-3 cannot go: PD keeps 3 replicas');
  });

  test(`tikv-dr ${version}: PD takes the rules and keeps both zones in step`, async () => {
    await using lab = await startLab(
      'labctl-test-upstream-dr',
      'tikv-dr',
      ...['--set', `version=${version}`],
    );
    const state = async () => {
      const { nodes } = await lab.json<LabStatus>('status');
      return nodes.find((node) => node.leader)?.facts?.replication;
    };
    await expect.poll(state, { timeout: 120_000, interval: 1_000 }).toBe('sync');
  });
}
