// Flags of the server, by version. Pure; the golden files show them. The sizes are for a laptop:
// docs/mysql.md says what they save.
import { type Dialect, isMysql, namesSource } from './dialect.ts';

interface ServerWanted {
  readonly name: string;
  /** Unique in the group, from 1 on. */
  readonly serverId: number;
  readonly performanceSchema: boolean;
  /** The user's, in place of ours. */
  readonly flags: Readonly<Record<string, string>>;
}

/** `--server-id=1` and so on, as the command of the container. */
export function serverFlags(
  dialect: Dialect,
  { name, serverId, performanceSchema, flags }: ServerWanted,
): string[] {
  const own = {
    'server-id': `${serverId}`,
    'report-host': name,
    'skip-name-resolve': 'ON',
    'log-bin': 'mysql-bin',
    'relay-log': 'relay-bin',
    'relay-log-recovery': 'ON',
    'sync-binlog': '1',
    // A silent source is taken for gone after four missed heartbeats.
    [namesSource(dialect) ? 'replica-net-timeout' : 'slave-net-timeout']: '4',
    [namesSource(dialect) ? 'log-replica-updates' : 'log-slave-updates']: 'ON',
    ...ofFlavour(dialect),
    'performance-schema': performanceSchema ? 'ON' : 'OFF',
    'innodb-buffer-pool-size': '32M',
    'innodb-log-buffer-size': '1M',
    'max-connections': '64',
    'table-open-cache': '200',
    'table-definition-cache': '400',
  };
  return Object.entries({ ...own, ...flags }).map(([flag, value]) => `--${flag}=${value}`);
}

function ofFlavour(dialect: Dialect): Readonly<Record<string, string>> {
  if (dialect.flavour === 'mariadb')
    return { 'binlog-format': 'ROW', 'innodb-log-file-size': '16M' };
  const gtid = dialect.gtid ? 'ON' : 'OFF';
  return {
    'gtid-mode': gtid,
    'enforce-gtid-consistency': gtid,
    // 8.0.23 keeps them in tables anyway, and warns of the words.
    ...(isMysql(dialect, '8.0')
      ? { mysqlx: 'OFF' }
      : { 'master-info-repository': 'TABLE', 'relay-log-info-repository': 'TABLE' }),
    ...(isMysql(dialect, '8.0.30')
      ? { 'innodb-redo-log-capacity': '32M' }
      : { 'innodb-log-file-size': '16M' }),
    // Its default makes the server warn in a container, which may not set the policy.
    ...(isMysql(dialect, '8.4') ? { 'loose-innodb-numa-interleave': 'OFF' } : {}),
  };
}
