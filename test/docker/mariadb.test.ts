// Real MariaDB 10.11: what it says in words of its own, by GTID and by file and position.
import { expect, test } from 'vitest';
import { startLab } from './labctl.ts';
import {
  CATCH_UP,
  cutOff,
  healAndWait,
  insert,
  nodeShown,
  type Promoted,
  rowsOf,
  shown,
  sql,
} from './sql.ts';

const TIMEOUT_MS = 180_000;
const TABLE = 'CREATE DATABASE app; CREATE TABLE app.t (id INT PRIMARY KEY)';

for (const gtid of [true, false])
  test(`asynchronous, ${gtid ? 'GTID' : 'file and position'}`, {
    timeout: TIMEOUT_MS,
  }, async () => {
    const words = ['mariadb-replica', '--set', `gtid=${gtid}`];
    await using lab = await startLab(`labctl-test-mariadb-${gtid}`, ...words);
    await sql(lab, 'mariadb-1', TABLE);
    await insert(lab, 'mariadb-1', 1);
    await expect.poll(() => rowsOf(lab, 'mariadb-2'), CATCH_UP).toBe('1');
    await cutOff(lab, 'mariadb-1', 'mariadb-2');
    await insert(lab, 'mariadb-1', 2, 3);
    expect((await nodeShown(lab, 'mariadb-2')).facts?.gap).toBe(2);
    await healAndWait(lab);
    await expect.poll(() => rowsOf(lab, 'mariadb-2'), CATCH_UP).toBe('1,2,3');

    const orderly = await lab.json<Promoted>('promote', 'mariadb-2');
    expect(orderly).toMatchObject({ orderly: true, following: ['mariadb-1'], lost: { writes: 0 } });
    await insert(lab, 'mariadb-2', 4);
    await expect.poll(() => rowsOf(lab, 'mariadb-1'), CATCH_UP).toBe('1,2,3,4');

    const wiped = await lab.run('wipe', 'mariadb-1', '--wait');
    expect(wiped.status, wiped.err).toBe(0);
    expect(await rowsOf(lab, 'mariadb-1')).toBe('1,2,3,4');
    await cutOff(lab, 'mariadb-2', 'mariadb-1');
    await insert(lab, 'mariadb-2', 5, 6, 7);
    await lab.run('kill', 'mariadb-2');
    await lab.run('heal');
    const failover = await lab.json<Promoted>('promote', 'mariadb-1');
    expect(failover.lost?.writes).toBe(3);
    expect(await rowsOf(lab, 'mariadb-1')).toBe('1,2,3,4');
    await lab.run('start', 'mariadb-2');
    await expect.poll(async () => (await nodeShown(lab, 'mariadb-2')).leader, CATCH_UP).toBe(true);
    expect((await lab.run('up', ...words)).err).toContain('(node-diverged)');
  });

test('semi-sync falls back and returns', { timeout: TIMEOUT_MS }, async () => {
  const semiSync = ['--set', 'replication=semi-sync', '--set', 'semi_sync.timeout=2s'];
  await using lab = await startLab('labctl-test-mariadb-semisync', 'mariadb-replica', ...semiSync);
  await sql(lab, 'mariadb-1', TABLE);
  await lab.run('partition', 'mariadb-1');
  const startedMs = performance.now();
  await insert(lab, 'mariadb-1', 1);
  expect(performance.now() - startedMs).toBeGreaterThanOrEqual(2_000);
  expect((await shown(lab)).reason).toBe('mariadb-1: fell back to async');
  await healAndWait(lab);
  expect((await nodeShown(lab, 'mariadb-1')).brief).toBe('semi-sync, 1 acking');
});
