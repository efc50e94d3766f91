// What the servers say, in old words and new, and what it comes to.
import { expect, test } from 'vitest';
import type { NodeAccess } from '../../../src/stack/model.ts';
import { mariadb } from '../../../src/systems/mariadb.ts';
import type { Dialect } from '../../../src/systems/mysql/dialect.ts';
import { parseState } from '../../../src/systems/mysql/state.ts';
import { mysql } from '../../../src/systems/mysql.ts';

const UUID = 'a6597c85-e4d4-11f1-a9f2-02420ad500c6';
const dialect = (version: string): Dialect => ({ flavour: 'mysql', version, gtid: true });
const row = (fields: Readonly<Record<string, string | number>>) =>
  `*************************** 1. row ***************************\n${Object.entries(fields)
    .map(([name, value]) => `  ${name}: ${value}\n`)
    .join('')}`;

const REPLICA_CNF = 'linked: yes\ncnf: [mysqld]\ncnf: loose_read_only = ON\n';
const PRIMARY_CNF = 'linked: yes\ncnf: [mysqld]\ncnf: # term 2\n';
const binlog = row({ Log_name: 'mysql-bin.000001' });

const replicaRow = (words: 'new' | 'old', fields: Record<string, string | number> = {}) => {
  const all = {
    Source_Host: 'mysql-1',
    Replica_IO_Running: 'Yes',
    Replica_SQL_Running: 'Yes',
    Seconds_Behind_Source: 0,
    Source_Log_File: 'mysql-bin.000001',
    Read_Source_Log_Pos: 300,
    Relay_Source_Log_File: 'mysql-bin.000001',
    Exec_Source_Log_Pos: 200,
    Retrieved_Gtid_Set: `${UUID}:1-4,\n${UUID.replace('a', 'b')}:1`,
    Last_SQL_Error: '',
    ...fields,
  };
  const older = (name: string) => name.replace('Source', 'Master').replace('Replica', 'Slave');
  const entries = Object.entries(all);
  return row(Object.fromEntries(entries.map(([k, v]) => [words === 'old' ? older(k) : k, v])));
};

const server = (executed: string, readOnly = 1) =>
  row({ read_only: readOnly, executed, purged: '' }) +
  row({ File: 'mysql-bin.000001', Position: 500 });

test('the old words and the new ones are read alike', () => {
  const rest = server(`${UUID}:1-3`) + binlog;
  const now = parseState(REPLICA_CNF + replicaRow('new') + rest, dialect('8.4'));
  expect(parseState(REPLICA_CNF + replicaRow('old') + rest, dialect('5.7'))).toEqual(now);
  expect(now).toMatchObject({ isLinked: true, isReadOnly: true, isHistoryWhole: true });
  expect(now.following).toMatchObject({
    source: 'mysql-1',
    lagSeconds: 0,
    received: { file: 'mysql-bin.000001', position: 300 },
    applied: { file: 'mysql-bin.000001', position: 200 },
  });
  expect(now.following?.retrieved.size).toBe(2);
});

const config = (set: object = {}) => ({ system: 'mysql', ...(mysql.schema.parse(set) as object) });
const probe = (out: string, set: object = {}, status = 0) => {
  const access: NodeAccess = {
    ask: () => Promise.reject(new Error('not asked')),
    exec: async () => ({ status, out, err: '' }),
  };
  return mysql.probe(access, mysql.nodes('mysql', config({ nodes: 2 }))[1]!, config(set));
};

test('health: no answer, new, replica, applier stopped, primary, fallen back', async () => {
  const own = server(`${UUID}:1-3`) + binlog;
  expect(await probe('', {}, 1)).toMatchObject({ detail: 'no answer', leader: null });
  expect(await probe(own)).toMatchObject({ detail: 'not set up yet', leader: null });
  expect(await probe(REPLICA_CNF + replicaRow('new') + own)).toMatchObject({
    health: 'healthy',
    leader: false,
    brief: 'of mysql-1: receiver Yes, applier Yes, lag 0s',
  });
  const stopped = replicaRow('new', { Replica_SQL_Running: 'No', Last_SQL_Error: 'Duplicate' });
  expect((await probe(REPLICA_CNF + stopped + own)).detail).toBe('applier stopped: Duplicate');
  const cut = replicaRow('new', {
    Replica_IO_Running: 'Connecting',
    Seconds_Behind_Source: 'NULL',
  });
  expect(await probe(REPLICA_CNF + cut + own)).toMatchObject({
    detail: 'no connection to mysql-1',
    facts: { lagSeconds: null },
  });
  const primary = PRIMARY_CNF + server(`${UUID}:1-9`, 0) + binlog;
  expect(await probe(primary)).toMatchObject({ health: 'healthy', leader: true, term: 2 });
  const off = row({ Variable_name: 'Rpl_semi_sync_source_status', Value: 'OFF' });
  expect(await probe(primary + off, { replication: 'semi-sync' })).toMatchObject({
    health: 'unhealthy',
    detail: 'fell back to async',
    facts: { semiSync: false },
  });
});

test('what a server claims at once: its role, and how many transactions it has', async () => {
  const claim = (out: string) => {
    const exec = async () => ({ status: 0, out, err: '' });
    const ask = () => Promise.reject(new Error('not asked'));
    return mysql.claim({ ask, exec }, mysql.nodes('mysql', config())[0]!, config());
  };
  const own = server(`${UUID}:1-3`) + binlog;
  expect(await claim(PRIMARY_CNF + own)).toEqual({ leader: true, term: 2, index: 3 });
  expect(await claim(REPLICA_CNF + replicaRow('new') + own)).toMatchObject({ leader: false });
});

test('side by side: the gap, and of two primaries only the later one is healthy', async () => {
  const primary = await probe(PRIMARY_CNF + server(`${UUID}:1-9`, 0) + binlog);
  const replica = await probe(REPLICA_CNF + replicaRow('new') + server(`${UUID}:1-3`) + binlog);
  const old = { ...primary, term: 1 };
  const both = new Map([
    ['mysql-1', primary],
    ['mysql-2', replica],
    ['mysql-3', old],
  ]);
  const compared = mysql.compare!(both, config());
  expect(compared.get('mysql-2')).toMatchObject({ facts: { gap: 6 } });
  expect(compared.get('mysql-1')!.health).toBe('healthy');
  expect(compared.get('mysql-3')!.health).toBe('unhealthy');
  expect(mysql.unready(compared)).toMatch(/^mysql-3: a primary of old/);
  const byPlace = mysql.compare!(both, config({ gtid: false }));
  expect(byPlace.get('mysql-2')).toMatchObject({ facts: { gapBytes: 300 } });
});

test('images: the pull, and the recipe where Debian has that version', () => {
  const image = (set: object) => mysql.image(config(set), mysql.nodes('mysql', config())[0]!);
  expect(image({ version: '8.0.36' })).toEqual({ ref: 'mysql:8.0.36' });
  expect(image({}).recipe).toEqual({ name: 'mysql', tag: 'labctl/mysql:9.7', suite: 'sid' });
  const maria = { system: 'mariadb', ...(mariadb.schema.parse({}) as object) };
  expect(mariadb.image(maria, mariadb.nodes('mariadb', maria)[0]!)).toEqual({
    ref: 'mariadb:10.11',
    recipe: { name: 'mariadb', tag: 'labctl/mariadb:10.11', suite: 'bookworm' },
  });
});

test("the user's data and accounts go to the first server alone", () => {
  const set = config({
    nodes: 2,
    init: '/home/me/dump.sql',
    environment: { MYSQL_DATABASE: 'app', TZ: 'UTC' },
  });
  const peers = mysql.nodes('mysql', set);
  const [first, second] = peers.map((node) =>
    mysql.service(node, { lab: 'x', config: set, peers, joined: false }),
  );
  expect(first).toMatchObject({
    init: { source: '/home/me/dump.sql', target: '/docker-entrypoint-initdb.d/dump.sql' },
    environment: { MYSQL_DATABASE: 'app', TZ: 'UTC', MYSQL_ALLOW_EMPTY_PASSWORD: 'yes' },
  });
  expect(second!.init).toBeUndefined();
  expect(second!.environment).not.toHaveProperty('MYSQL_DATABASE');
});

test('who follows another than the primary is not healthy', async () => {
  const primary = await probe(PRIMARY_CNF + server(`${UUID}:1-9`, 0) + binlog);
  const replica = await probe(REPLICA_CNF + replicaRow('new') + server(`${UUID}:1-3`) + binlog);
  const compared = mysql.compare!(
    new Map([
      ['mysql-1', { ...primary, term: 1 }],
      ['mysql-2', primary],
      ['mysql-3', replica],
    ]),
    config(),
  );
  expect(compared.get('mysql-3')).toMatchObject({
    health: 'unhealthy',
    detail: 'follows mysql-1, not mysql-2: labctl up takes it back',
    facts: { gap: 6 },
  });
});

test('a primary of old is known by its replicas also while the newer one is down', async () => {
  const old = await probe(PRIMARY_CNF + server(`${UUID}:1-9`, 0) + binlog);
  const seen = REPLICA_CNF.replace('[mysqld]', '[mysqld]\ncnf: # follows term 3');
  const replica = await probe(seen + replicaRow('new') + server(`${UUID}:1-3`) + binlog);
  const compared = mysql.compare!(
    new Map([
      ['mysql-2', old],
      ['mysql-3', replica],
    ]),
    config(),
  );
  expect(compared.get('mysql-2')!.detail).toMatch(/^a primary of old/);
  expect(compared.get('mysql-3')!.health).toBe('healthy');
});

test('a server that makes or loads its data says so', async () => {
  const loading = async (out: string) => {
    const exec: NodeAccess['exec'] = async (command) =>
      command[2]!.includes('/proc/1/comm')
        ? { status: 0, out, err: '' }
        : { status: 1, out: '', err: '' };
    const ask = () => Promise.reject(new Error('not asked'));
    return mysql.probe({ ask, exec }, mysql.nodes('mysql', config())[0]!, config());
  };
  expect(await loading('204800\napp.sql.gz\n')).toMatchObject({
    health: 'unhealthy',
    detail: 'loading app.sql.gz: 200 MiB so far',
    progress: 204_800,
  });
  expect(await loading('1024\n')).toMatchObject({ detail: 'making its data: 1 MiB so far' });
});

test('keys that do not go together, and versions before the oldest', () => {
  const complaints = (set: object, system = mysql) =>
    system.schema
      .safeParse(set)
      .error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  const semiSync = { replication: 'semi-sync', nodes: 3 };
  expect(complaints({ ...semiSync, semi_sync: { acks: 2 } })).toBeUndefined();
  expect(complaints({ ...semiSync, semi_sync: { acks: 3 } })).toEqual([
    'nodes: must be more than semi_sync.acks (3)',
  ]);
  expect(complaints({ ...semiSync, nodes: 1 }, mariadb)).toHaveLength(1);
  expect(complaints({ semi_sync: { timeout: '5s' } })).toEqual([
    'semi_sync: needs replication: semi-sync',
  ]);
  expect(complaints({ version: '5.7' })).toBeUndefined();
  expect(complaints({ version: '5.6' })).toEqual(['version: mysql is known from 5.7 on']);
  expect(complaints({ overrides: { 'mariadb-2': { version: '10.4' } } }, mariadb)).toHaveLength(1);
  expect(complaints({ flags: { gtid_mode: 'OFF' } })).toEqual([
    'flags.gtid_mode: Invalid key in record',
  ]);
  expect(complaints({ environment: { MYSQL_USER: 'app', MYSQL_ROOT_HOST: 'localhost' } })).toEqual([
    'environment.MYSQL_ROOT_HOST: Invalid key in record',
  ]);
});
