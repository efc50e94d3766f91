// The statements of replication in the words of each version. Pure: a golden file for each version
// shows them all. Which word came when is in MySQL's reference manual; 8.4 knows only the new ones.
import {
  type Dialect,
  isFrom,
  isMysql,
  namesSource,
  saysBinaryLog,
  saysReplica,
  saysSource,
} from './dialect.ts';

/** The account of the replicas; it may come from anywhere, as a proxy's address is not theirs. */
export const REPLICATION = { user: 'repl', password: 'repl' } as const;

/** A quiet lab: a replica sees within a few seconds that its source is gone, and tries on. */
const RETRY = { connectSeconds: 1, heartbeatSeconds: 1, count: 1_000_000 } as const;

/** Where to go on: after the transactions one has (GTID), or behind a position of a file. */
export type Start = 'gtid' | { readonly file: string; readonly position: number };

/** What a member is to be, for the settings that go with it. */
export interface Role {
  readonly isPrimary: boolean;
  readonly semiSync: SemiSync | undefined;
}

export interface SemiSync {
  readonly timeoutMs: number;
  readonly waitPoint: 'after-sync' | 'after-commit';
  /** How many replicas must answer; MariaDB knows only one. */
  readonly acks: number;
}

const quoted = (text: string): string => `'${text.replaceAll(/[\\']/g, '\\$&')}'`;

const replica = (dialect: Dialect) => (saysReplica(dialect) ? 'REPLICA' : 'SLAVE');

/** Each server makes its own accounts, so none of it is in a binlog. `root` is root's password. */
export const makeAccounts = (dialect: Dialect, root: string): string[] => [
  'SET SESSION sql_log_bin = 0',
  `CREATE USER IF NOT EXISTS '${REPLICATION.user}'@'%' IDENTIFIED BY '${REPLICATION.password}'`,
  `GRANT REPLICATION SLAVE ON *.* TO '${REPLICATION.user}'@'%'`,
  ...(dialect.flavour === 'mariadb' && isFrom(dialect.version, '10.11') ? holdRoot(root) : []),
  'SET SESSION sql_log_bin = 1',
];

/**
 * read_only holds back nobody who has this privilege, and root has all; of MySQL's root
 * super_read_only takes care. labctl comes from 127.0.0.1, and keeps it. Before 10.11 it is a part
 * of SUPER.
 */
const holdRoot = (password: string): string[] => [
  `CREATE USER IF NOT EXISTS 'root'@'127.0.0.1' IDENTIFIED BY ${quoted(password)}`,
  "GRANT ALL ON *.* TO 'root'@'127.0.0.1' WITH GRANT OPTION",
  "REVOKE READ_ONLY ADMIN ON *.* FROM 'root'@'%', 'root'@'localhost'",
];

export const startReplica = (dialect: Dialect): string => `START ${replica(dialect)}`;
export const stopReplica = (dialect: Dialect): string => `STOP ${replica(dialect)}`;
export const startReceiver = (dialect: Dialect): string => `START ${replica(dialect)} IO_THREAD`;
export const stopReceiver = (dialect: Dialect): string => `STOP ${replica(dialect)} IO_THREAD`;
export const forgetSource = (dialect: Dialect): string => `RESET ${replica(dialect)} ALL`;
export const replicaStatus = (dialect: Dialect): string => `SHOW ${replica(dialect)} STATUS`;

export const binlogStatus = (dialect: Dialect): string =>
  saysBinaryLog(dialect) ? 'SHOW BINARY LOG STATUS' : 'SHOW MASTER STATUS';

/** Empties the binlog: what a server wrote while it was made is not the group's history. */
export const forgetHistory = (dialect: Dialect): string =>
  saysBinaryLog(dialect) ? 'RESET BINARY LOGS AND GTIDS' : 'RESET MASTER';

/** What an empty binlog of MariaDB stands for. */
export const setHistory = (gtids: string): string =>
  `SET GLOBAL gtid_binlog_state = ${quoted(gtids)}`;

/** From now on this one is the source. */
export function pointAt(dialect: Dialect, host: string, start: Start): string[] {
  const word = saysSource(dialect) ? 'SOURCE' : 'MASTER';
  const verb = saysSource(dialect) ? 'CHANGE REPLICATION SOURCE TO' : 'CHANGE MASTER TO';
  const isMaria = dialect.flavour === 'mariadb';
  const options = [
    `${word}_HOST = ${quoted(host)}`,
    `${word}_PORT = 3306`,
    `${word}_USER = ${quoted(REPLICATION.user)}`,
    `${word}_PASSWORD = ${quoted(REPLICATION.password)}`,
    `${word}_CONNECT_RETRY = ${RETRY.connectSeconds}`,
    `${word}_HEARTBEAT_PERIOD = ${RETRY.heartbeatSeconds}`,
    ...(isMaria ? [] : [`${word}_RETRY_COUNT = ${RETRY.count}`]),
    // caching_sha2_password gives nothing away over plain TCP without the server's key.
    ...(isMysql(dialect, '8.0.4') ? [`GET_${word}_PUBLIC_KEY = 1`] : []),
    ...startOptions(dialect, word, start),
  ];
  // Of an old primary MariaDB's replica position is behind its own writes.
  const catchUp = isMaria && start === 'gtid';
  return [
    ...(catchUp ? ['SET GLOBAL gtid_slave_pos = @@GLOBAL.gtid_current_pos'] : []),
    `${verb} ${options.join(', ')}`,
  ];
}

function startOptions({ flavour, gtid }: Dialect, word: string, start: Start): string[] {
  if (start === 'gtid')
    return flavour === 'mariadb' ? ['MASTER_USE_GTID = slave_pos'] : [`${word}_AUTO_POSITION = 1`];
  const position = [
    `${word}_LOG_FILE = ${quoted(start.file)}`,
    `${word}_LOG_POS = ${start.position}`,
  ];
  if (flavour === 'mariadb') return [...position, 'MASTER_USE_GTID = no'];
  return gtid ? [...position, `${word}_AUTO_POSITION = 0`] : position;
}

/** The plugins of semi-sync, of one generation only; MariaDB has it built in. */
export function semiSyncPlugins(dialect: Dialect): [name: string, library: string][] {
  if (dialect.flavour === 'mariadb') return [];
  const [source, copy] = semiSyncWords(dialect);
  return [source, copy].map((word) => [`rpl_semi_sync_${word}`, `semisync_${word}.so`]);
}

const semiSyncWords = (dialect: Dialect): [source: string, replica: string] =>
  namesSource(dialect) ? ['source', 'replica'] : ['master', 'slave'];

/** System variables that make a member what it is, in the order in which they can be set. */
export function roleSettings(
  dialect: Dialect,
  { isPrimary, semiSync }: Role,
): [name: string, value: string][] {
  const switchWord = (on: boolean) => (on ? 'ON' : 'OFF');
  const readOnly: [string, string][] = [
    ['read_only', switchWord(!isPrimary)],
    ...(dialect.flavour === 'mysql'
      ? [['super_read_only', switchWord(!isPrimary)] as [string, string]]
      : []),
  ];
  if (!semiSync) return readOnly;
  const [source, copy] = semiSyncWords(dialect);
  const { timeoutMs, waitPoint, acks } = semiSync;
  return [
    [`rpl_semi_sync_${source}_timeout`, `${timeoutMs}`],
    [`rpl_semi_sync_${source}_wait_point`, waitPoint.toUpperCase().replace('-', '_')],
    ...(dialect.flavour === 'mysql'
      ? [[`rpl_semi_sync_${source}_wait_for_${copy}_count`, `${acks}`] as [string, string]]
      : []),
    [`rpl_semi_sync_${source}_enabled`, switchWord(isPrimary)],
    [`rpl_semi_sync_${copy}_enabled`, switchWord(!isPrimary)],
    ...readOnly,
  ];
}
