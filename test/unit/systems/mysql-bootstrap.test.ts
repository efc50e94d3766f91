// The steps of replication against servers that say what the test wants: who is followed, and when
// a replica that joined is done.
import { expect, test } from 'vitest';
import { mysql } from '../../../src/systems/mysql.ts';
import { accessTo, config, nodes, primary, replica, type Said, server } from './mysql-servers.ts';

function runner(said: Said, name: string, onStart: () => void = () => {}) {
  const access = accessTo(said, (_, statement) => {
    if (statement === 'START REPLICA') onStart();
  });
  const step = mysql.steps!(nodes, () => config).find(({ node }) => node.name === name)!;
  return () => step.run(access, () => {});
}

test('nobody is pointed at a primary that another has replaced', async () => {
  const said: Said = {
    'mysql-1': primary(5, 1),
    'mysql-2': undefined,
    'mysql-3': replica('mysql-2', 9, 2),
  };
  for (const name of ['mysql-1', 'mysql-3'])
    await expect(runner(said, name)()).rejects.toMatchObject({
      code: 'primary-old',
      message: 'mysql-1 is a primary of old: mysql-2 led after it, and does not run',
      hint: 'labctl start mysql-2 --wait; if it is lost, labctl promote mysql-3',
    });
  said['mysql-2'] = ''; // on its way
  expect(await runner(said, 'mysql-3')()).toMatchObject({ done: false });
  said['mysql-2'] = primary(9, 2);
  expect(await runner(said, 'mysql-3')()).toEqual({ done: true });
  said['mysql-2'] = server(0, ''); // its data are gone
  await expect(runner(said, 'mysql-3')()).rejects.toMatchObject({
    code: 'primary-old',
    hint: 'labctl promote mysql-3',
  });
});

test('a replica that joins is done with what the primary had then', async () => {
  const said: Said = {
    'mysql-1': primary(9, 1),
    'mysql-2': replica('mysql-1', 9, 1),
    'mysql-3': server(0, ''),
  };
  const run = runner(said, 'mysql-3', () => {
    said['mysql-3'] = replica('mysql-1', 3, 1);
  });
  const words = '6 transactions behind mysql-1';
  expect(await run()).toEqual({ done: false, words });
  expect(await run()).toEqual({ done: false, words });
  said['mysql-1'] = primary(1_000, 1); // a writer that is faster
  said['mysql-3'] = replica('mysql-1', 9, 1);
  expect(await run()).toEqual({ done: true });
});

test('a replica whose copy or catching up was broken off is waited for again', async () => {
  const said: Said = {
    'mysql-1': primary(9, 1),
    'mysql-2': replica('mysql-1', 9, 1),
    'mysql-3': replica('mysql-1', 3, 1), // settled by a labctl that was killed then
  };
  const run = runner(said, 'mysql-3');
  expect(await run()).toEqual({ done: false, words: '6 transactions behind mysql-1' });
  said['mysql-1'] = primary(1_000, 1);
  said['mysql-3'] = '';
  expect(await run()).toMatchObject({ done: false });
  said['mysql-3'] = replica('mysql-1', 9, 1);
  expect(await run()).toEqual({ done: true });
});

const catchingUp = (): Said => ({
  'mysql-1': primary(9, 1),
  'mysql-2': replica('mysql-1', 8, 1),
  'mysql-3': replica('mysql-1', 3, 1),
});

test('who follows another primary meanwhile is done with what that one had', async () => {
  const said = catchingUp();
  const run = runner(said, 'mysql-3');
  expect(await run()).toMatchObject({ done: false });
  said['mysql-1'] = undefined;
  said['mysql-2'] = primary(8, 2);
  said['mysql-3'] = replica('mysql-2', 8, 2);
  expect(await run()).toEqual({ done: true });
});

test('who is promoted while it catches up is behind nobody', async () => {
  const said = catchingUp();
  const run = runner(said, 'mysql-3');
  expect(await run()).toMatchObject({ done: false });
  said['mysql-1'] = undefined;
  said['mysql-2'] = replica('mysql-3', 8, 2);
  said['mysql-3'] = primary(8, 2);
  expect(await run()).toMatchObject({ done: true });
});

test('a server that gets a copy is a new one until it has it', async () => {
  const said: Said = {
    'mysql-1': primary(9, 1),
    'mysql-2': primary(9, 2),
    'mysql-3': server(0, ''),
  };
  const told: string[] = [];
  const access = accessTo(said, (name, statement) => told.push(`${name}: ${statement}`));
  await mysql.steps!(nodes, () => config)[2]!.run(access, () => {});
  const copy = told.findIndex((line) => line.includes('mysqldump'));
  expect(told[copy]).toMatch(/^mysql-3: rm -f \/var\/lib\/mysql\/labctl.cnf;/);
  expect(told.findLastIndex((line) => line.includes('labctl.cnf.new'))).toBeGreaterThan(copy);
});

test('the primary is not among those that go, dead or alive', async () => {
  const said: Said = {
    'mysql-1': replica('mysql-3', 9, 2),
    'mysql-2': replica('mysql-3', 9, 2),
    'mysql-3': primary(9, 2),
  };
  const reached = () =>
    nodes
      .filter(({ name }) => said[name] !== undefined)
      .map((node) => ({ node, config, access: accessTo(said).of(node) }));
  const check = (...names: readonly string[]) =>
    mysql.scaling!.check!(
      nodes.filter(({ name }) => names.includes(name)),
      reached(),
    );
  const error = { code: 'node-state', hint: 'labctl promote mysql-1' };
  await expect(check('mysql-2', 'mysql-3')).rejects.toMatchObject(error);
  said['mysql-3'] = undefined;
  await expect(check('mysql-3')).rejects.toMatchObject(error);
  said['mysql-1'] = primary(9, 3);
  await check('mysql-3');
});

test('a replica that takes writes is made read-only again', async () => {
  const said: Said = {
    'mysql-1': primary(9, 1),
    'mysql-2': replica('mysql-1', 9, 1).replace('read_only: 1', 'read_only: 0'),
    'mysql-3': replica('mysql-1', 9, 1),
  };
  const told: string[] = [];
  const access = accessTo(said, (name, statement) => told.push(`${name}: ${statement}`));
  await mysql.steps!(nodes, () => config)[1]!.run(access, () => {});
  expect(told).toContain('mysql-2: SET GLOBAL super_read_only = ON');
});

test('a replica that cannot go on is started once, and its health says why', async () => {
  const broken = replica('mysql-1', 3, 1, { Replica_SQL_Running: 'No', Last_SQL_Error: 'no t' });
  const said: Said = { 'mysql-1': primary(9, 1), 'mysql-2': broken, 'mysql-3': broken };
  let starts = 0;
  const run = runner(said, 'mysql-2', () => {
    starts += 1;
    said['mysql-2'] = replica('mysql-1', 3, 1);
  });
  expect(await run()).toMatchObject({ done: false });
  said['mysql-2'] = broken;
  expect(await run()).toEqual({ done: true });
  expect(starts).toBe(1);
});
