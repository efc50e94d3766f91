// The flags and statements that each version of MySQL and MariaDB is sent, compared with stored
// files: none but 9.7 and 10.11 can run everywhere, so these are what is held of the others.
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Dialect } from '../../src/systems/mysql/dialect.ts';
import { serverFlags } from '../../src/systems/mysql/flags.ts';
import * as words from '../../src/systems/mysql/statements.ts';

const VERSIONS = ['mysql 5.7', 'mysql 8.0.20', 'mysql 8.0.36', 'mysql 8.4', 'mysql 9.7'];

const SEMI_SYNC = { timeoutMs: 10_000, waitPoint: 'after-sync', acks: 1 } as const;

function everything(flavour: Dialect['flavour'], version: string): string {
  const dialect = { flavour, version, gtid: true };
  const byPlace = { ...dialect, gtid: false };
  const place = { file: 'mysql-bin.000001', position: 4 };
  const server = { name: 'db-2', serverId: 2, performanceSchema: false, flags: {} };
  const set = (isPrimary: boolean) =>
    words
      .roleSettings(dialect, { isPrimary, semiSync: SEMI_SYNC })
      .map(([name, value]) => `SET GLOBAL ${name} = ${value}`);
  const parts: Record<string, readonly string[]> = {
    'flags, GTID': serverFlags(dialect, server),
    'flags that differ by file and position': serverFlags(byPlace, server).filter(
      (flag) => !serverFlags(dialect, server).includes(flag),
    ),
    account: words.makeAccounts(dialect, 'secret'),
    'a new replica forgets its own history': [
      words.stopReplica(dialect),
      words.forgetSource(dialect),
      words.forgetHistory(dialect),
    ],
    'points, GTID': words.pointAt(dialect, 'db-1', 'gtid'),
    'points, file and position': words.pointAt(byPlace, 'db-1', place),
    starts: [words.startReplica(dialect)],
    'is asked': [words.replicaStatus(dialect), words.binlogStatus(dialect)],
    'semi-sync plugins': words
      .semiSyncPlugins(dialect)
      .map(([name, library]) => `INSTALL PLUGIN ${name} SONAME '${library}'`),
    'semi-sync primary': set(true),
    'semi-sync replica': set(false),
    'promotion stops receiving': [words.stopReceiver(dialect)],
  };
  return Object.entries(parts)
    .map(([title, lines]) => [`-- ${title}`, ...lines].join('\n'))
    .join('\n\n');
}

for (const name of [...VERSIONS, 'mariadb 10.11'])
  test(`${name} is spoken to in its words`, async () => {
    const [flavour, version] = name.split(' ') as [Dialect['flavour'], string];
    const text = everything(flavour, version);
    const file = `files/words-${flavour}-${version}.sql`;
    await expect(`${text}\n`).toMatchFileSnapshot(fileURLToPath(new URL(file, import.meta.url)));
    const isOld = flavour === 'mariadb' || ['5.7', '8.0.20'].includes(version);
    const rest = text.replace('GRANT REPLICATION SLAVE', ''); // that privilege has no other name
    if (version === '8.4' || version === '9.7') expect(rest).not.toMatch(/master|slave/i);
    if (isOld) expect(text).not.toMatch(/SOURCE_|semi_sync_source/);
  });
