// Servers of MySQL that say what a test wants, and keep what they are told.
import type { GroupAccess } from '../../../src/stack/group.ts';
import { mysql } from '../../../src/systems/mysql.ts';

export const UUID = 'a6597c85-e4d4-11f1-a9f2-02420ad500c6';
export const config = { system: 'mysql', ...(mysql.schema.parse({ nodes: 3 }) as object) };
export const nodes = mysql.nodes('mysql', config);

const row = (fields: Readonly<Record<string, string | number>>) =>
  `*************************** 1. row ***************************\n${Object.entries(fields)
    .map(([name, value]) => `  ${name}: ${value}\n`)
    .join('')}`;

export const server = (
  transactions: number | string,
  settings: string,
  replica: Readonly<Record<string, string>> = {},
) =>
  settings +
  (replica.Source_Host ? row(replica) : '') +
  row({
    read_only: replica.Source_Host ? 1 : 0,
    executed: typeof transactions === 'number' ? `${UUID}:1-${transactions}` : transactions,
    purged: '',
  }) +
  row({ File: 'mysql-bin.000001', Position: 500 }) +
  row({ Log_name: 'mysql-bin.000001' });

const settings = (comment: string, readOnly: 'ON' | 'OFF') =>
  ['linked: yes', 'cnf: [mysqld]', `cnf: # ${comment}`, `cnf: loose_read_only = ${readOnly}`]
    .concat(`cnf: loose_super_read_only = ${readOnly}`, '')
    .join('\n');

export const primary = (transactions: number | string, term: number) =>
  server(transactions, settings(`term ${term}`, 'OFF'));

export const replica = (
  source: string,
  transactions: number | string,
  term: number,
  status: Readonly<Record<string, string>> = {},
) =>
  server(transactions, settings(`follows term ${term}`, 'ON'), {
    Source_Host: source,
    Replica_IO_Running: 'Yes',
    Replica_SQL_Running: 'Yes',
    Relay_Source_Log_File: 'mysql-bin.000001',
    Exec_Source_Log_Pos: '500',
    ...status,
  });

/** What each says; undefined: it does not run, empty: no server answers in its container. */
export type Said = Record<string, string | undefined>;

/** `told`: statements after which a server may say something else. */
export function accessTo(
  said: Said,
  told: (name: string, statement: string) => void = () => {},
): GroupAccess {
  return {
    of: (node) => ({
      ask: () => Promise.reject(new Error('not asked')),
      exec: async (command, { stdin = '' } = { limitMs: 0 }) => {
        if (said[node.name] === undefined) throw new Error('does not run');
        const script = command.at(-1)!;
        for (const statement of stdin ? stdin.split(';\n') : [script]) told(node.name, statement);
        const out = said[node.name] ?? '';
        return { status: out || command[0] === 'true' ? 0 : 1, out, err: '' };
      },
    }),
    onDisk: () => Promise.reject(new Error('no disk')),
  };
}
