// Promotions against servers that say what the test wants: those that fail leave everybody as they
// were, and only what the last primary had is asked for.
import { expect, test } from 'vitest';
import { mysql } from '../../../src/systems/mysql.ts';
import { accessTo, config, nodes, primary, replica, type Said, UUID } from './mysql-servers.ts';

const OTHER = 'b7608d96-e4d4-11f1-a9f2-02420ad500c6';

/** `onTold`: what the servers say once one of them is told that. */
function promotion(said: Said, name: string, onTold: Record<string, Said> = {}) {
  const told: string[] = [];
  const access = accessTo(said, (node, statement) => {
    told.push(`${node}: ${statement}`);
    Object.assign(said, onTold[`${node}: ${statement}`]);
  });
  const read: string[] = [];
  const onDisk = async ({ name: node }: { readonly name: string }) => {
    read.push(node);
    return '';
  };
  const run = (lossy = false) =>
    mysql.promote!(nodes.find((node) => node.name === name)!, {
      ...{ nodes, configOf: () => config, access: { ...access, onDisk } },
      ...{ limitMs: 300, lossy, say: () => {} },
    });
  return { run, told, read };
}

const TAKES_WRITES = 'mysql-1: SET GLOBAL super_read_only = OFF';
const TAKES_NONE = 'mysql-1: SET GLOBAL super_read_only = ON';
const follows = (source: string, rest: Said = {}): Said => ({
  'mysql-2': replica(source, 3, 1),
  'mysql-3': replica(source, 3, 1),
  ...rest,
});

test('a connected replica that is too far behind does not lead, and the primary goes on', async () => {
  const { run, told } = promotion(follows('mysql-1', { 'mysql-1': primary(9, 1) }), 'mysql-2');
  await expect(run()).rejects.toMatchObject({
    code: 'promotion-failed',
    message: 'mysql-2 has not all of mysql-1: it is still at it',
  });
  expect(told.join('\n')).not.toMatch(/SET GLOBAL|STOP REPLICA|CHANGE/);
});

test('a primary that is being cut off is not told to let its commits go', async () => {
  const waiting = primary(3, 1).replace('Position: 500', 'Position: 900');
  const said = follows('mysql-1', { 'mysql-1': waiting });
  const { run, told } = promotion(said, 'mysql-2');
  setTimeout(() => {
    said['mysql-2'] = replica('mysql-1', 3, 1, { Replica_IO_Running: 'Connecting' });
  }, 50);
  expect(await run()).toMatchObject({ orderly: false, following: ['mysql-3'] });
  expect(told.filter((line) => line.startsWith('mysql-1: SET GLOBAL'))).toEqual([]);
});

test('the primary goes on when the replica dies while it takes over', async () => {
  const said = follows('mysql-1', { 'mysql-1': primary(3, 1) });
  const { run, told } = promotion(said, 'mysql-2', { [TAKES_NONE]: { 'mysql-2': undefined } });
  await expect(run()).rejects.toMatchObject({ code: 'promotion-failed' });
  expect(told.lastIndexOf(TAKES_WRITES)).toBeGreaterThan(told.lastIndexOf(TAKES_NONE));
});

test('where the relay log cannot be applied, all receive again', async () => {
  const broken = { Replica_SQL_Running: 'No', Last_SQL_Error: 'Duplicate entry' };
  const received = { Retrieved_Gtid_Set: `${UUID}:1-9` };
  const said = follows('mysql-1', {
    'mysql-1': undefined,
    'mysql-2': replica('mysql-1', 3, 1, { ...broken, ...received }),
  });
  const { run, told } = promotion(said, 'mysql-2');
  await expect(run()).rejects.toThrow('mysql-2 has not applied all that it received: Duplicate');
  for (const name of ['mysql-2', 'mysql-3'])
    expect(told.filter((line) => line.startsWith(name) && line.includes('IO_THREAD'))).toEqual([
      `${name}: STOP REPLICA IO_THREAD`,
      `${name}: START REPLICA IO_THREAD`,
    ]);
});

test('a primary of old has nothing that the last one had', async () => {
  const said: Said = {
    'mysql-1': primary(`${UUID}:1-5,${OTHER}:1-2`, 1),
    'mysql-2': undefined,
    'mysql-3': replica('mysql-2', 7, 2),
  };
  const { run, told, read } = promotion(said, 'mysql-3');
  expect(await run()).toMatchObject({
    from: 'mysql-2',
    left: [{ node: 'mysql-1', why: 'has 2 writes that mysql-3 has not' }, { node: 'mysql-2' }],
  });
  expect(told.join('\n')).not.toContain("SOURCE_HOST = 'mysql-1'");
  expect(read).toEqual(['mysql-2']);
});

test('who does not follow the primary is taken back first; losses are those of the last', async () => {
  const said: Said = {
    'mysql-1': primary(9, 2),
    'mysql-2': replica('mysql-1', 9, 2),
    'mysql-3': replica('mysql-2', 3, 1),
  };
  const { run, read } = promotion(said, 'mysql-3');
  await expect(run()).rejects.toMatchObject({
    message: 'cannot promote mysql-3: it does not follow mysql-1, which leads',
    hint: 'labctl up takes it back',
  });
  said['mysql-1'] = undefined;
  expect(await run(true)).toMatchObject({
    from: 'mysql-1',
    left: [{ node: 'mysql-2', why: 'has 6 writes that mysql-3 has not' }, { node: 'mysql-1' }],
  });
  expect(read).toEqual(['mysql-1']);
});
