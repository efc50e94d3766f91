// The steps of replication against servers that say what the test wants: who is followed, and when
// a replica that joined is done.
import { expect, test } from 'vitest';
import type { GroupAccess } from '../../../src/stack/group.ts';
import { mysql } from '../../../src/systems/mysql.ts';

const UUID = 'a6597c85-e4d4-11f1-a9f2-02420ad500c6';
const config = { system: 'mysql', ...(mysql.schema.parse({ nodes: 3 }) as object) };
const nodes = mysql.nodes('mysql', config);

const row = (fields: Readonly<Record<string, string | number>>) =>
  `*************************** 1. row ***************************\n${Object.entries(fields)
    .map(([name, value]) => `  ${name}: ${value}\n`)
    .join('')}`;

const server = (transactions: number, settings: string, replica = '') =>
  settings +
  replica +
  row({ read_only: replica ? 1 : 0, executed: `${UUID}:1-${transactions}`, purged: '' }) +
  row({ File: 'mysql-bin.000001', Position: 500 }) +
  row({ Log_name: 'mysql-bin.000001' });

const settings = (comment: string, readOnly: 'ON' | 'OFF') =>
  ['linked: yes', 'cnf: [mysqld]', `cnf: # ${comment}`, `cnf: loose_read_only = ${readOnly}`]
    .concat(`cnf: loose_super_read_only = ${readOnly}`, '')
    .join('\n');

const primary = (transactions: number, term: number) =>
  server(transactions, settings(`term ${term}`, 'OFF'));

const replica = (source: string, transactions: number, term: number) => {
  const threads = { Replica_IO_Running: 'Yes', Replica_SQL_Running: 'Yes' };
  const status = row({ Source_Host: source, ...threads });
  return server(transactions, settings(`follows term ${term}`, 'ON'), status);
};

/** What each says; undefined: it does not run, empty: no server answers in its container. */
type Said = Record<string, string | undefined>;

function runner(said: Said, name: string, onStart: () => void = () => {}) {
  const access: GroupAccess = {
    of: (node) => ({
      ask: () => Promise.reject(new Error('not asked')),
      exec: async (command, { stdin } = { limitMs: 0 }) => {
        const out = said[node.name];
        if (out === undefined) throw new Error('does not run');
        if (stdin?.includes('START REPLICA')) onStart();
        return { status: out || command[0] === 'true' ? 0 : 1, out, err: '' };
      },
    }),
    onDisk: () => Promise.reject(new Error('not asked')),
  };
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
