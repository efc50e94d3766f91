// Real MariaDB 10.11: what it says in words of its own, by GTID and by file and position.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { killedAt, startLab, type TestLab, testLab } from './labctl.ts';
import {
  CATCH_UP,
  cutOff,
  haveRows,
  healAndWait,
  insert,
  nodeShown,
  type Promoted,
  rowsOf,
  shown,
  sql,
} from './sql.ts';

const TIMEOUT_MS = 300_000;
const TABLE = 'CREATE TABLE app.t (id INT PRIMARY KEY)';
const DATABASE = `CREATE DATABASE app; ${TABLE}`;

for (const gtid of [true, false])
  test(`asynchronous, ${gtid ? 'GTID' : 'file and position'}`, {
    timeout: TIMEOUT_MS,
  }, async () => {
    // The official image takes both names.
    const database = `environment.${gtid ? 'MARIADB' : 'MYSQL'}_DATABASE=app`;
    const words = ['mariadb-replica', '--set', `gtid=${gtid}`, '--set', database];
    await using lab = await startLab(`labctl-test-mariadb-${gtid}`, ...words);
    await sql(lab, 'mariadb-1', TABLE);
    await insert(lab, 'mariadb-1', 1);
    await haveRows(lab, '1', 'mariadb-2');
    const errant = await lab.run('client', 'mariadb-2', '--', '-e', 'DELETE FROM app.t');
    expect(errant.err).toContain('--read-only option');
    await cutOff(lab, 'mariadb-1', 'mariadb-2');
    await insert(lab, 'mariadb-1', 2, 3);
    expect((await nodeShown(lab, 'mariadb-2')).facts?.gap).toBe(2);
    await healAndWait(lab);
    await haveRows(lab, '1,2,3', 'mariadb-2');

    const orderly = await lab.json<Promoted>('promote', 'mariadb-2');
    expect(orderly).toMatchObject({ orderly: true, following: ['mariadb-1'], lost: { writes: 0 } });
    await insert(lab, 'mariadb-2', 4);
    await haveRows(lab, '1,2,3,4', 'mariadb-1');

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
  const semiSync = ['--set', 'replication=semi-sync', '--set', 'semi_sync.timeout=1s'];
  await using lab = await startLab('labctl-test-mariadb-semisync', 'mariadb-replica', ...semiSync);
  await sql(lab, 'mariadb-1', DATABASE);
  await lab.run('partition', 'mariadb-1');
  const startedMs = performance.now();
  await insert(lab, 'mariadb-1', 1);
  expect(performance.now() - startedMs).toBeGreaterThanOrEqual(1_000);
  expect((await shown(lab)).reason).toBe('mariadb-1: fell back to async');
  await healAndWait(lab);
  expect((await nodeShown(lab, 'mariadb-1')).brief).toBe('semi-sync, 1 acking');
});

const FILL = "INSERT INTO app.fill VALUES (REPEAT('x', 10000000)); DO SLEEP(2);";
const INIT = `${DATABASE}; INSERT INTO app.t VALUES (1); CREATE TABLE app.fill (text LONGTEXT);`;

test('three servers: a long load, a replica that has more, a primary of old', {
  timeout: 2 * TIMEOUT_MS,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'labctl-test-init-'));
  const dump = join(folder, 'app.sql');
  writeFileSync(dump, `${INIT}\n${`${FILL}\n`.repeat(3)}`);
  await using lab = testLab('labctl-test-mariadb-three');
  const words = ['mariadb-replica', '--set', 'nodes=3', '--set', `init=${dump}`];
  const up = await lab.run('up', ...words, '--progress', 'plain');
  expect(up.status, up.err).toBe(0);
  expect(up.err).toMatch(/mariadb-1 .*waiting: loading app\.sql: \d+ MiB so far/);
  await getsWhatAnotherHas(lab);
  await followsNoneOfOld(lab);
  await waitsForWhoIsBehind(lab, words);
  await goesOnWithAScale(lab);
  await leadsWithoutThem(lab);
  rmSync(folder, { recursive: true });
});

async function getsWhatAnotherHas(lab: TestLab) {
  await cutOff(lab, 'mariadb-3', 'mariadb-3');
  await insert(lab, 'mariadb-1', 2, 3);
  await haveRows(lab, '1,2,3', 'mariadb-2');
  await lab.run('kill', 'mariadb-1');
  const refused = await lab.run('promote', 'mariadb-3', '--timeout', '2s');
  expect(refused.status).toBe(125);
  expect(refused.err).toContain('mariadb-2 has 2 writes that mariadb-3 has not  (promotion-lossy)');
  expect(refused.err).toContain('labctl promote mariadb-2');
  await lab.run('heal');
  const promoted = await lab.json<Promoted>('promote', 'mariadb-3');
  expect(promoted).toMatchObject({ from: 'mariadb-1', orderly: false, following: ['mariadb-2'] });
  expect(promoted.lost?.writes).toBe(0);
  await insert(lab, 'mariadb-3', 4);
  await haveRows(lab, '1,2,3,4', 'mariadb-2', 'mariadb-3');
}

/** The newest primary is down, and the one before it runs. */
async function followsNoneOfOld(lab: TestLab) {
  await lab.run('kill', 'mariadb-3');
  await lab.run('start', 'mariadb-1');
  await expect
    .poll(async () => (await nodeShown(lab, 'mariadb-1')).detail, CATCH_UP)
    .toBe('a primary of old: labctl up takes it back');
  const refused = await lab.run('restart', 'mariadb-2', '--wait');
  expect(refused.status).toBe(125);
  expect(refused.err).toContain('(primary-old)');
  expect(refused.err).toContain('hint: labctl start mariadb-3 --wait');
  const back = await lab.run('start', 'mariadb-3', 'mariadb-1', '--wait');
  expect(back.status, back.err).toBe(0);
  await insert(lab, 'mariadb-3', 5);
  await haveRows(lab, '1,2,3,4,5', 'mariadb-1', 'mariadb-2');
}

/** Whoever began it: a replica that is still catching up is not ready. */
async function waitsForWhoIsBehind(lab: TestLab, words: readonly string[]) {
  const slow = await lab.run('fault', 'add', 'rate', 'mariadb-2:mariadb-3', 'rate=50KB/s');
  expect(slow.status, slow.err).toBe(0);
  await sql(lab, 'mariadb-3', "INSERT INTO app.fill VALUES (REPEAT('x', 100000));".repeat(10));
  await insert(lab, 'mariadb-3', 6);
  const up = await lab.run('up', ...words);
  expect(up.status, up.err).toBe(0);
  expect(up.err).toMatch(/mariadb-2 .*waiting: \d+ transactions behind mariadb-3/);
  expect(await rowsOf(lab, 'mariadb-2')).toBe('1,2,3,4,5,6');
  await lab.run('heal');
}

async function goesOnWithAScale(lab: TestLab) {
  await killedAt('replication: copies the data', 'scale', 'mariadb=4', '--lab', lab.name);
  expect((await shown(lab)).reason).toBe('mariadb-4: not set up yet');
  const scaled = await lab.run('scale', 'mariadb=4');
  expect(scaled.status, scaled.err).toBe(0);
  expect(await rowsOf(lab, 'mariadb-4')).toBe('1,2,3,4,5,6');
}

/** What only another replica has is given up when that is asked for, and named. */
async function leadsWithoutThem(lab: TestLab) {
  await cutOff(lab, 'mariadb-1', 'mariadb-1');
  await insert(lab, 'mariadb-3', 7, 8);
  await haveRows(lab, '1,2,3,4,5,6,7,8', 'mariadb-2', 'mariadb-4');
  await lab.run('kill', 'mariadb-3');
  const refused = await lab.run('promote', 'mariadb-1', '--timeout', '2s');
  expect(refused.err).toContain('labctl promote mariadb-1 --lossy');
  const promoted = await lab.json<Promoted>('promote', 'mariadb-1', '--lossy');
  const why = 'has 2 writes that mariadb-1 has not';
  expect(promoted).toMatchObject({
    from: 'mariadb-3',
    orderly: false,
    following: [],
    lost: { writes: 2 },
  });
  expect(promoted.left).toEqual([
    { node: 'mariadb-2', why },
    { node: 'mariadb-4', why },
    { node: 'mariadb-3', why: 'does not answer' },
  ]);
  await lab.run('heal');
  await insert(lab, 'mariadb-1', 9);
  const wiped = await lab.run('wipe', 'mariadb-2', '--wait');
  expect(wiped.status, wiped.err).toBe(0);
  expect(await rowsOf(lab, 'mariadb-2')).toBe('1,2,3,4,5,6,9');
}
