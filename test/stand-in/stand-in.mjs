// A stand-in for pd-server, tikv-server, tidb-server, tiflash and cdc, for tests of labctl's own
// network. It is no database and stores nothing. It takes their flags, listens on their ports,
// dials whom they dial, and answers over HTTP what labctl's probes ask. On every port it speaks
// HTTP, also where the real program speaks gRPC or MySQL.
//
//   GET /stand-in   what it was started with, and for each dial whether the last try got through
import { readFileSync } from 'node:fs';
import { createServer, request } from 'node:http';

const TICK_MS = 400;
const DIAL_LIMIT_MS = 1_500;
/** A PD of the real kind takes a while to elect; here it is so that order can be seen. */
const ELECTION_MS = 1_500;
/** 20 s in a real PD. */
const DISCONNECTED_MS = 6_000;

const [program, ...words] = process.argv.slice(2);
const flags = Object.fromEntries(
  words.flatMap((word) => [/^--?([\w.-]+)=(.*)$/s.exec(word)?.slice(1)].filter(Boolean)),
);
const role = {
  'pd-server': 'pd',
  'tikv-server': 'tikv',
  'tidb-server': 'tidb',
  'tiflash/tiflash': 'tiflash',
  cdc: 'ticdc',
}[program];
const host = (address) => /^(?:https?:\/\/)?([^:/]+)/.exec(address)[1];
const own =
  flags.name ??
  host(
    flags['advertise-addr'] ?? flags['advertise-address'] ?? flags['flash.proxy.advertise-addr'],
  );
const startedMs = Date.now();
const log = (text) => console.log(`stand-in for ${program}, no database: ${text}`);

const configFile = flags.config ?? flags['config-file'];
const config = configFile ? readFileSync(configFile, 'utf8') : '';
log(`${own} starts with ${words.join(' ')}; ${configFile}: ${config.length} characters`);

const PORTS = {
  pd: [2379, 2380],
  tikv: [20160, 20180],
  tidb: [4000, 10080],
  tiflash: [3930, 20170, 20292],
  ticdc: [8300],
};
/** Whom a role dials beside PD: other roles and ports. */
const DIALS = {
  pd: {},
  tikv: { tikv: [20160], tiflash: [20170] },
  tidb: { tikv: [20160, 20180], tidb: [10080], tiflash: [3930, 20292] },
  tiflash: { tikv: [20160], tiflash: [3930], tidb: [10080] },
  ticdc: { tikv: [20160], ticdc: [8300] },
};
const pdFlag = { tikv: 'pd-endpoints', tidb: 'path', tiflash: 'raft.pd_addr', ticdc: 'pd' }[role];
const pds = (flags[pdFlag] ?? '').split(',').filter(Boolean).map(host);
const pdPeers = (flags['initial-cluster'] ?? '')
  .split(',')
  .map((pair) => pair.split('=')[0])
  .filter(Boolean);

function http(to, port, method, path, body = '') {
  return new Promise((resolve, reject) => {
    const options = { host: to, port, method, path, agent: false, timeout: DIAL_LIMIT_MS };
    const sent = request(options, (response) => {
      let text = '';
      response.on('data', (chunk) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode, text }));
      response.on('error', reject);
    });
    sent.on('timeout', () => sent.destroy(new Error('timeout')));
    sent.on('error', reject);
    sent.end(body);
  });
}

/** `to:port` -> how the dials went. */
const dials = {};
async function dial(to, port, method = 'GET', path = '/stand-in/hello', body = '') {
  const told = (dials[`${to}:${port}`] ??= { ok: 0, failed: 0, last: null });
  try {
    const answer = await http(to, port, method, path, body);
    told.ok += 1;
    told.last = 'ok';
    return answer;
  } catch (error) {
    told.failed += 1;
    told.last = error.code ?? error.message;
    return undefined;
  }
}

// What a PD knows: when each other PD answered last, and each process that reports to it.
const seenMs = {};
const members = {};
let term = 1;
let led;
function leader() {
  if (Date.now() - startedMs < ELECTION_MS) return undefined;
  const near = (name) => name === own || Date.now() - (seenMs[name] ?? 0) < 2 * DIAL_LIMIT_MS;
  const reached = pdPeers.filter(near).sort();
  const found = reached.length * 2 > pdPeers.length ? reached[0] : undefined;
  if (found !== led) {
    term += 1;
    led = found;
    log(`leader is ${found ?? 'nobody'}`);
  }
  return found;
}

const stores = () =>
  Object.values(members)
    .filter(({ role: one }) => one === 'tikv' || one === 'tiflash')
    .map(({ name, atMs, role: one }, i) => ({
      store: {
        id: i + 1,
        address: `${name}:${one === 'tikv' ? 20160 : 20170}`,
        state_name: Date.now() - atMs < DISCONNECTED_MS ? 'Up' : 'Disconnected',
      },
      status: { leader_count: 10 + i, region_count: 30 },
    }));

let rules = [{ group_id: 'pd', id: 'default', role: 'voter', count: 3 }];
const failpoints = {};
let peers = [];
const pdReady = { atStart: null };

/** `[status, body]` of a path; text is sent as it is. */
function answer(method, path, body) {
  if (path === '/stand-in/hello') return [200, { own }];
  if (path === '/stand-in')
    return [
      200,
      { standIn: true, program, own, words, config, pdReadyAtStart: pdReady.atStart, dials, rules },
    ];
  if (path === '/stand-in/report') {
    const report = JSON.parse(body);
    members[report.name] = { ...report, atMs: Date.now() };
    return [200, Object.values(members).map(({ name, role: one }) => ({ name, role: one }))];
  }
  if (role === 'pd') return answerPd(method, path, body);
  if (path.startsWith('/fail') && process.env.STAND_IN_FAILPOINTS)
    return answerFail(method, path, body);
  if (role === 'tidb' && path === '/status')
    return [200, { connections: 0, version: 'stand-in', git_hash: 'none' }];
  if (role === 'tidb' && path === '/info') {
    const tidbs = peers.filter(({ role: one }) => one === 'tidb').map(({ name }) => name);
    return [200, { is_owner: tidbs.sort()[0] === own, ddl_id: own, ip: own }];
  }
  if (['/status', '/api/v1/health', '/api/v2/health'].includes(path)) return [200, ''];
  return [404, 'path not found'];
}

function answerPd(method, path, body) {
  const name = leader();
  if (path === '/pd/api/v1/members')
    return [
      200,
      {
        header: { cluster_id: 1 },
        members: pdPeers.map((each) => ({ name: each })),
        ...(name && { leader: { name } }),
      },
    ];
  if (path === '/v3/maintenance/status') return [200, { raftTerm: `${term}` }];
  if (path === '/pd/api/v1/stores') return [200, { count: stores().length, stores: stores() }];
  if (path === '/pd/api/v1/replication_mode/status')
    return [200, { mode: 'dr-auto-sync', 'dr-auto-sync': { 'label-key': 'zone', state: 'sync' } }];
  if (path.startsWith('/pd/api/v1/config/rule') && !stores().length)
    return [500, 'TiKV cluster not bootstrapped, please start TiKV first'];
  if (method === 'POST' && path === '/pd/api/v1/config/rule') {
    rules.push(JSON.parse(body));
    return [200, '"Update rule successfully."'];
  }
  if (method === 'DELETE' && path.startsWith('/pd/api/v1/config/rule/pd/')) {
    rules = rules.filter(({ id }) => id !== path.split('/').at(-1));
    return [200, '"Delete rule successfully."'];
  }
  if (path === '/pd/api/v1/config/rules/group/pd') return [200, rules];
  return [404, 'path not found'];
}

function answerFail(method, path, body) {
  const name = path.slice('/fail/'.length);
  if (method === 'PUT') failpoints[name] = body;
  if (method === 'DELETE') delete failpoints[name];
  if (method === 'GET')
    return [
      200,
      Object.entries(failpoints)
        .map((pair) => pair.join('='))
        .join('\n'),
    ];
  return [200, `Added fail point with name: ${name}, actions: ${body}`];
}

for (const port of PORTS[role])
  createServer((incoming, response) => {
    let body = '';
    incoming.on('data', (chunk) => (body += chunk));
    incoming.on('end', () => {
      const [status, said] = answer(incoming.method, incoming.url, body);
      response.writeHead(status, { connection: 'close' });
      response.end(typeof said === 'string' ? said : JSON.stringify(said));
    });
  }).listen(port, '0.0.0.0');

async function tick() {
  if (role === 'pd') {
    await Promise.all(
      pdPeers
        .filter((name) => name !== own)
        .flatMap((name) => [
          dial(name, 2379),
          dial(name, 2380).then((reached) => {
            if (reached) seenMs[name] = Date.now();
          }),
        ]),
    );
    return;
  }
  const report = JSON.stringify({ name: own, role });
  const told = await Promise.all(
    pds.map(async (name) => {
      const reached = await dial(name, 2379, 'POST', '/stand-in/report', report);
      return reached ? JSON.parse(reached.text) : [];
    }),
  );
  const known = new Map([...peers, ...told.flat()].map((peer) => [peer.name, peer]));
  peers = [...known.values()];
  await Promise.all(
    peers
      .filter(({ name }) => name !== own)
      .flatMap(({ name, role: one }) => (DIALS[role][one] ?? []).map((port) => dial(name, port))),
  );
}

if (role !== 'pd') {
  const found = await dial(pds[0], 2379, 'GET', '/pd/api/v1/members');
  pdReady.atStart = Boolean(found && JSON.parse(found.text).leader);
  log(`PD ${pdReady.atStart ? 'leads' : 'does not lead yet'} as it starts`);
}
process.on('SIGTERM', () => process.exit(0));
for (;;) {
  await tick();
  await new Promise((resolve) => setTimeout(resolve, TICK_MS));
}
