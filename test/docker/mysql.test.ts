// Real MySQL 9.7: a bootstrap that is killed and finished, semi-sync that falls back and returns, and
// failovers that lose exactly what they report, by GTID and by file and position.
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

const INIT =
  'CREATE DATABASE app; CREATE TABLE app.t (id INT PRIMARY KEY); INSERT INTO app.t VALUES (1);';
const TIMEOUT_MS = 360_000;

test('semi-sync', { timeout: TIMEOUT_MS }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'labctl-test-init-'));
  const dump = join(folder, 'app.sql');
  writeFileSync(dump, INIT);
  const words = ['mysql-semisync', '--set', 'semi_sync.timeout=1s', '--set', `init=${dump}`];
  await using lab = testLab('labctl-test-mysql-semisync');
  await finishesBootstrap(lab, words);
  await fallsBackAndReturns(lab);
  await refusesWhoIsBehind(lab);
  await losesWhatItReports(lab);
  await takesBackTheOld(lab, words);
  await outlivesAnEmptiedPrimary(lab);
  await findsTheNewPrimary(lab);
  rmSync(folder, { recursive: true });
});

/** An `up` killed as soon as the first step is done; the next one finishes. */
async function finishesBootstrap(lab: TestLab, words: readonly string[]) {
  await killedAt('replication: primary', 'up', ...words, '--lab', lab.name);
  expect((await shown(lab)).reason).toMatch(/mysql-[23]: not set up yet/);
  const again = await lab.run('up', ...words);
  expect(again.status, again.err).toBe(0);
  expect(again.err).toContain('replication: replica of mysql-1');
  for (const name of ['mysql-1', 'mysql-2', 'mysql-3']) expect(await rowsOf(lab, name)).toBe('1');
  const third = await lab.run('up', ...words);
  expect(third.out).toContain('already up: nothing to do');
}

async function fallsBackAndReturns(lab: TestLab) {
  expect((await nodeShown(lab, 'mysql-1')).brief).toBe('semi-sync, 2 acking');
  await insert(lab, 'mysql-1', 2);
  expect((await sql(lab, 'mysql-2', 'SELECT @@super_read_only')).trim()).toBe('1');
  await lab.run('partition', 'mysql-1');
  const startedMs = performance.now();
  await insert(lab, 'mysql-1', 3);
  expect(performance.now() - startedMs).toBeGreaterThanOrEqual(1_000);
  await insert(lab, 'mysql-1', 4);
  expect((await shown(lab)).reason).toBe('mysql-1: fell back to async');
  expect(await nodeShown(lab, 'mysql-2')).toMatchObject({ facts: { gap: 2 } });
  await healAndWait(lab);
  expect((await nodeShown(lab, 'mysql-1')).facts).toMatchObject({ semiSync: true, acking: 2 });
  await haveRows(lab, '1,2,3,4', 'mysql-2', 'mysql-3');
  const { edges } = await lab.json<{ edges: { name: string; bytes: { down: number } }[] }>(
    'status',
  );
  const carried = edges.find(({ name }) => name === 'mysql-2:mysql-1')!.bytes.down;
  expect(carried).toBeGreaterThan(1_000);
}

/** A primary that answers does not lose what a slow replica has not got yet. */
async function refusesWhoIsBehind(lab: TestLab) {
  await sql(lab, 'mysql-1', 'CREATE TABLE app.fill (text LONGTEXT)');
  await lab.run('fault', 'add', 'rate', 'mysql-2:mysql-1', 'rate=10KB/s');
  await sql(lab, 'mysql-1', "INSERT INTO app.fill VALUES (REPEAT('x', 300000))");
  const refused = await lab.run('promote', 'mysql-2', '--timeout', '1s');
  expect(refused.status).toBe(125);
  expect(refused.err).toContain('mysql-2 has not all of mysql-1: it is still at it');
  await sql(lab, 'mysql-1', 'DROP TABLE app.fill');
  await healAndWait(lab);
  expect((await nodeShown(lab, 'mysql-1')).brief).toBe('semi-sync, 2 acking');
}

async function losesWhatItReports(lab: TestLab) {
  await cutOff(lab, 'mysql-1', 'mysql-2', 'mysql-3');
  await insert(lab, 'mysql-1', 5, 6, 7);
  await lab.run('kill', 'mysql-1');
  await lab.run('heal');
  const promoted = await lab.json<Promoted>('promote', 'mysql-2');
  expect(promoted).toMatchObject({ from: 'mysql-1', orderly: false, following: ['mysql-3'] });
  expect(promoted.left).toEqual([{ node: 'mysql-1', why: 'does not answer' }]);
  expect(promoted.lost?.writes).toBe(3);
  expect(promoted.lost?.ids).toMatch(/^[0-9a-f-]{36}:(\d+)-\d+$/);
  await insert(lab, 'mysql-2', 8);
  await haveRows(lab, '1,2,3,4,8', 'mysql-2', 'mysql-3');
}

/** What only the old primary has is not thrown away unasked. */
async function takesBackTheOld(lab: TestLab, words: readonly string[]) {
  await lab.run('start', 'mysql-1');
  await expect
    .poll(async () => (await nodeShown(lab, 'mysql-1')).detail, CATCH_UP)
    .toBe('a primary of old: labctl up takes it back');
  const refused = await lab.run('up', ...words);
  expect(refused.status).toBe(125);
  expect(refused.err).toMatch(/mysql-1 has 3 writes that mysql-2 has not {2}\(node-diverged\)/);
  expect((await lab.run('wipe', 'mysql-1')).status).toBe(0);
  const up = await lab.run('up', ...words);
  expect(up.status, up.err).toBe(0);
  expect(up.out).toMatch(/ready in/);
  expect(await rowsOf(lab, 'mysql-1')).toBe('1,2,3,4,8');
  const back = await lab.json<Promoted>('promote', 'mysql-1');
  expect(back).toMatchObject({ from: 'mysql-2', orderly: true, lost: { writes: 0 } });
  expect(back.following).toEqual(['mysql-2', 'mysql-3']);
  await insert(lab, 'mysql-1', 9);
  await haveRows(lab, '1,2,3,4,8,9', 'mysql-2', 'mysql-3');
}

/** An empty primary does not lead on: its replicas have the data. */
async function outlivesAnEmptiedPrimary(lab: TestLab) {
  await lab.run('kill', 'mysql-1'); // an orderly stop waits for semi-sync replicas
  const wiped = await lab.run('wipe', 'mysql-1', '--wait', '--timeout', '90s');
  expect(wiped.status).toBe(125);
  expect(wiped.err).toContain('(primary-empty)');
  expect(wiped.err).toContain('labctl promote mysql-2');
  const promoted = await lab.json<Promoted>('promote', 'mysql-2');
  expect(promoted).toMatchObject({ from: 'mysql-1', orderly: false, lost: null });
  expect(promoted.left).toEqual([{ node: 'mysql-1', why: 'not set up yet' }]);
  const back = await lab.run('start', 'mysql-1', '--wait', '--timeout', '90s');
  expect(back.status, back.err).toBe(0);
  await haveRows(lab, '1,2,3,4,8,9', 'mysql-1', 'mysql-2', 'mysql-3');
}

/** A replica that was down meanwhile follows who led then, until it is taken back. */
async function findsTheNewPrimary(lab: TestLab) {
  await lab.run('kill', 'mysql-3');
  const promoted = await lab.json<Promoted>('promote', 'mysql-1');
  expect(promoted.left).toEqual([{ node: 'mysql-3', why: 'does not answer' }]);
  await lab.run('start', 'mysql-3');
  await expect
    .poll(async () => (await nodeShown(lab, 'mysql-3')).detail, CATCH_UP)
    .toBe('follows mysql-2, not mysql-1: labctl up takes it back');
  const back = await lab.run('start', 'mysql-3', '--wait', '--timeout', '90s');
  expect(back.status, back.err).toBe(0);
  await insert(lab, 'mysql-1', 10);
  await haveRows(lab, '1,2,3,4,8,9,10', 'mysql-3');
}

test('asynchronous, by file and position', { timeout: TIMEOUT_MS }, async () => {
  const words = ['mysql-replica', '--set', 'gtid=false', '--set', 'root_password="it\'s"'];
  await using lab = await startLab('labctl-test-mysql-async', ...words);
  await sql(lab, 'mysql-1', INIT);
  await expect
    .poll(() => nodeShown(lab, 'mysql-2'), CATCH_UP)
    .toMatchObject({
      facts: { gapBytes: 0 },
    });
  expect(await rowsOf(lab, 'mysql-2')).toBe('1');
  await scalesUnderWrites(lab);
  await cutOff(lab, 'mysql-1', 'mysql-2');
  await insert(lab, 'mysql-1', 2);
  expect((await nodeShown(lab, 'mysql-2')).facts?.gapBytes).toBeGreaterThan(0);
  expect(await rowsOf(lab, 'mysql-2')).toBe('1');
  await healAndWait(lab);
  await haveRows(lab, '1,2', 'mysql-2');

  const orderly = await lab.json<Promoted>('promote', 'mysql-2');
  expect(orderly).toMatchObject({ orderly: true, following: ['mysql-1'], lost: { writes: 0 } });
  await insert(lab, 'mysql-2', 3);
  await haveRows(lab, '1,2,3', 'mysql-1');
  await cutOff(lab, 'mysql-2', 'mysql-1');
  await insert(lab, 'mysql-2', 4, 5);
  await lab.run('kill', 'mysql-2');
  await lab.run('heal');
  const failover = await lab.json<Promoted>('promote', 'mysql-1');
  expect(failover.lost).toEqual({ writes: 2, ids: '' });
  expect(await rowsOf(lab, 'mysql-1')).toBe('1,2,3');
});

/** A replica comes and goes while rows are written: none that was acknowledged is missing. */
async function scalesUnderWrites(lab: TestLab) {
  const written = [1];
  let isScaling = true;
  const scaling = lab.run('scale', 'mysql=3').finally(() => {
    isScaling = false;
  });
  for (let id = 100; isScaling; id += 1) {
    await insert(lab, 'mysql-1', id);
    written.push(id);
  }
  const scaled = await scaling;
  expect(scaled.status, scaled.err).toBe(0);
  await haveRows(lab, written.join(), 'mysql-1', 'mysql-2', 'mysql-3');
  expect((await nodeShown(lab, 'mysql-3')).leader).toBe(false);
  const back = await lab.run('scale', 'mysql=2');
  expect(back.status, back.err).toBe(0);
  expect((await shown(lab)).nodes.map(({ name }) => name)).toEqual(['mysql-1', 'mysql-2']);
  expect(await rowsOf(lab, 'mysql-2')).toBe(written.join());
  await sql(lab, 'mysql-1', 'DELETE FROM app.t WHERE id >= 100');
  const refused = await lab.run('scale', 'mysql=0');
  expect(refused.status).toBe(2);
}
