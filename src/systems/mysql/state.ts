// What one server says of itself: its role, its place in the history, its replication. All of it
// comes from one command in the node's container, over TCP, where no server listens before its data
// is made.
import type { NodeAccess } from '../../stack/model.ts';
import type { Dialect } from './dialect.ts';
import { type GtidSet, parseGtids } from './gtid.ts';
import { binlogStatus, replicaStatus } from './statements.ts';

export interface Position {
  readonly file: string;
  readonly position: number;
}

/** File names end in numbers of equal length. */
export const isBefore = (a: Position, b: Position): boolean =>
  a.file === b.file ? a.position < b.position : a.file < b.file;

/** What a replica says of its replication. */
export interface Following {
  readonly source: string;
  /** `Yes`, `No`, `Connecting`; the applier knows only the first two. */
  readonly receiver: string;
  readonly applier: string;
  readonly lagSeconds: number | null;
  /** What was received, and what was applied of it, in the source's files. */
  readonly received: Position;
  readonly applied: Position;
  readonly retrieved: GtidSet;
  readonly error: string;
}

export interface ServerState {
  /** What labctl has settled for this server; undefined: nothing, it is as its image made it. */
  readonly settings: string | undefined;
  /** The settings are where the server reads them at its next start. */
  readonly isLinked: boolean;
  readonly isReadOnly: boolean;
  readonly executed: GtidSet;
  readonly executedText: string;
  /** The binlog begins with the first thing this server ever did. */
  readonly isHistoryWhole: boolean;
  readonly end: Position;
  readonly following: Following | undefined;
  readonly semiSync: { readonly isOn: boolean; readonly clients: number } | undefined;
}

/** Of the server, in its data: gone with them, and there for the next container. */
export const SETTINGS_FILE = '/var/lib/mysql/labctl.cnf';
/** Where every image's server reads. */
export const SETTINGS_LINK = '/etc/mysql/conf.d/labctl.cnf';

const LIMIT_MS = 4_000;

/** How a node is asked. */
export interface Asked {
  readonly dialect: Dialect;
  readonly password: string;
}

/** The client with its account, for a shell; `host` is another server, dialled by its name. */
export function clientCommand({ dialect, password }: Asked, program = '', host = '127.0.0.1') {
  const tool = dialect.flavour === 'mariadb' ? `mariadb${program}` : `mysql${program.slice(1)}`;
  const secret = `'${password.replaceAll("'", `'\\''`)}'`;
  return `MYSQL_PWD=${secret} ${tool} --protocol=tcp --host=${host} --user=root`;
}

/** undefined when the server does not answer, for whatever reason. */
export async function readState(
  { exec }: NodeAccess,
  asked: Asked,
): Promise<ServerState | undefined> {
  const script = [
    `[ -e ${SETTINGS_LINK} ] && echo 'linked: yes'`,
    `sed 's/^/cnf: /' ${SETTINGS_FILE} 2>/dev/null`,
    `${clientCommand(asked)} --connect-timeout=2 --vertical`,
  ].join('\n');
  try {
    const stdin = question(asked.dialect).join(';\n');
    const { status, out } = await exec(['bash', '-c', script], { stdin, limitMs: LIMIT_MS });
    return status === 0 ? parseState(out, asked.dialect) : undefined;
  } catch {
    return undefined; // not running, or too slow: to a probe that is no answer
  }
}

/** A server that does not answer yet, as its data are being made or loaded. */
export interface Loading {
  /** Of the folder of dumps and scripts, where it can be seen. */
  readonly file: string;
  /** How large its data are by now. */
  readonly kib: number;
}

/** The entrypoint of every image is the first process, and becomes the server when it is done. */
export async function readLoading({ exec }: NodeAccess): Promise<Loading | undefined> {
  const script = [
    'case $(cat /proc/1/comm) in *entryp*) ;; *) exit 1 ;; esac',
    'du -sk /var/lib/mysql 2>/dev/null | cut -f 1',
    "ls -l /proc/[0-9]*/fd 2>/dev/null | sed -n 's,.*-> /docker-entrypoint-initdb.d/,,p'",
  ].join('\n');
  const ran = await exec(['bash', '-c', script], { limitMs: LIMIT_MS }).catch(() => undefined);
  if (ran?.status !== 0) return undefined;
  const [kib, file = ''] = ran.out.split('\n');
  return { kib: Number(kib), file };
}

/** A replica's position is ahead of its binlog where it was seeded. */
const MARIA_EXECUTED = "CONCAT_WS(',', @@GLOBAL.gtid_binlog_state, @@GLOBAL.gtid_slave_pos)";

function question(dialect: Dialect): string[] {
  const sets =
    dialect.flavour === 'mariadb'
      ? `${MARIA_EXECUTED} AS executed, '' AS purged`
      : '@@GLOBAL.gtid_executed AS executed, @@GLOBAL.gtid_purged AS purged';
  return [
    `SELECT @@GLOBAL.read_only AS read_only, ${sets}`,
    replicaStatus(dialect),
    binlogStatus(dialect),
    'SHOW BINARY LOGS',
    "SHOW GLOBAL STATUS LIKE 'Rpl_semi_sync%'",
  ];
}

type Row = Readonly<Record<string, string>>;

export function parseState(out: string, dialect: Dialect): ServerState {
  const [head = '', ...bodies] = out.split(/^\*+ \d+\. row \*+\n/m);
  const rows = bodies.map(parseRow);
  const server = rows.find((row) => 'read_only' in row) ?? {};
  const end = rows.find((row) => 'Position' in row) ?? {};
  const firstLog = rows.find((row) => 'Log_name' in row)?.Log_name ?? '';
  const cnf = [...head.matchAll(/^cnf: (.*)$/gm)].map(([, line]) => `${line}\n`);
  const replica = rows.find((row) => row.Source_Host);
  return {
    settings: cnf.length ? cnf.join('') : undefined,
    isLinked: head.includes('linked: yes'),
    isReadOnly: server.read_only !== '0',
    executed: parseGtids(server.executed ?? ''),
    executedText: server.executed ?? '',
    isHistoryWhole: !server.purged && /\.0*1$/.test(firstLog),
    end: { file: end.File ?? '', position: Number(end.Position ?? 0) },
    following: replica && followingOf(replica, dialect),
    semiSync: semiSyncOf(rows),
  };
}

/** `Name: value` lines; a set of GTIDs goes on over several. Old words are read as the new ones. */
function parseRow(body: string): Row {
  const row: Record<string, string> = {};
  let last = '';
  for (const line of body.split('\n')) {
    const match = /^ *([A-Za-z_]+): ?(.*)$/.exec(line);
    if (match) row[(last = newWords(match[1]!))] = match[2]!;
    else if (last) row[last] += line.trim();
  }
  return row;
}

const newWords = (name: string): string =>
  name
    .replace(/Master|master/, (word) => (word === 'Master' ? 'Source' : 'source'))
    .replace(/Slave|slave/, (word) => (word === 'Slave' ? 'Replica' : 'replica'));

function followingOf(row: Row, { flavour }: Dialect): Following {
  const lag = row.Seconds_Behind_Source;
  return {
    source: row.Source_Host!,
    receiver: row.Replica_IO_Running ?? '',
    applier: row.Replica_SQL_Running ?? '',
    lagSeconds: lag === undefined || lag === 'NULL' ? null : Number(lag),
    received: { file: row.Source_Log_File ?? '', position: Number(row.Read_Source_Log_Pos ?? 0) },
    applied: {
      file: row.Relay_Source_Log_File ?? '',
      position: Number(row.Exec_Source_Log_Pos ?? 0),
    },
    retrieved: parseGtids(flavour === 'mysql' ? (row.Retrieved_Gtid_Set ?? '') : ''),
    error: row.Last_SQL_Error || row.Last_IO_Error || '',
  };
}

/** undefined where it is not switched on in either role. */
function semiSyncOf(rows: readonly Row[]): ServerState['semiSync'] {
  const values = new Map(rows.map((row) => [newWords(row.Variable_name ?? ''), row.Value]));
  const status = values.get('Rpl_semi_sync_source_status');
  if (status === undefined) return undefined;
  return { isOn: status === 'ON', clients: Number(values.get('Rpl_semi_sync_source_clients')) };
}
