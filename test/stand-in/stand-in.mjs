// A stand-in for pd-server, tikv-server, tidb-server, tiflash and cdc, for tests of labctl's own
// network. It is no database and stores nothing. It takes their flags, listens on their ports,
// dials whom they dial, and answers over HTTP what labctl asks. On every port it speaks HTTP, also
// where the real program speaks gRPC or MySQL. What it answers as PD is in pd.mjs.
//
//   GET /stand-in   what it was started with, and for each dial whether the last try got through
import { resolve4 } from 'node:dns';
import { readFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { startPd } from './pd.mjs';

const TICK_MS = 400;
const DIAL_LIMIT_MS = 1_500;

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
  tikv: { tikv: [20160], tiflash: [20170] },
  tidb: { tikv: [20160, 20180], tidb: [10080], tiflash: [3930, 20292] },
  tiflash: { tikv: [20160], tiflash: [3930], tidb: [10080] },
  ticdc: { tikv: [20160], ticdc: [8300] },
};
const pdFlag = { tikv: 'pd-endpoints', tidb: 'path', tiflash: 'raft.pd_addr', ticdc: 'pd' }[role];
/** As the flags say until PD says more. */
let pds = (flags[pdFlag] ?? '').split(',').filter(Boolean).map(host);

/** The system's own way has four threads, which the names of nodes that are gone may hold up. */
const lookup = (name, { all }, done) =>
  resolve4(name, (error, [address] = []) =>
    done(error, all ? [{ address, family: 4 }] : address, 4),
  );

function http(to, port, method, path, body = '') {
  return new Promise((resolve, reject) => {
    const options = { host: to, port, method, path, agent: false, timeout: DIAL_LIMIT_MS, lookup };
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

const pd = role === 'pd' ? startPd({ own, flags, config, host, log, dial }) : undefined;
const failpoints = {};
let peers = [];
const pdReady = { atStart: null };

/** `[status, body]` of a path; text is sent as it is. */
function answer(method, path, body) {
  if (path === '/stand-in/hello') return [200, { own }];
  if (path === '/stand-in')
    return [
      200,
      {
        ...{ standIn: true, program, own, words, config, dials },
        ...{ pdReadyAtStart: pdReady.atStart, rules: pd?.rules() },
      },
    ];
  if (pd) return pd.answer(method, path, body);
  if (path.startsWith('/fail') && process.env.STAND_IN_FAILPOINTS)
    return answerFail(method, path, body);
  if (role === 'tidb' && path === '/status')
    return [200, { connections: 0, version: 'stand-in', git_hash: 'none' }];
  if (role === 'tidb' && path === '/info') {
    const tidbs = peers.filter(({ role: one }) => one === 'tidb').map(({ name }) => name);
    return [200, { is_owner: [own, ...tidbs].sort()[0] === own, ddl_id: own, ip: own }];
  }
  if (['/status', '/api/v1/health', '/api/v2/health'].includes(path)) return [200, ''];
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
  if (pd) return forget(await pd.tick());
  const report = JSON.stringify({ name: own, role, startedMs });
  const answers = await Promise.all(
    pds.map((name) => dial(name, 2379, 'POST', '/stand-in/report', report)),
  );
  const told = answers.flatMap((each) => (each ? [JSON.parse(each.text)] : []));
  if (told.length) {
    pds = [...new Set(told.flatMap((each) => each.pds))];
    const known = new Map(told.flatMap((each) => each.known).map((each) => [each.name, each]));
    peers = [...known.values()].filter(({ name }) => name !== own);
  }
  await Promise.all(
    peers.flatMap(({ name, role: one }) =>
      (DIALS[role][one] ?? []).map((port) => dial(name, port)),
    ),
  );
  forget([...pds, ...peers.map(({ name }) => name)]);
}

/** The dials to those that are gone. */
function forget(known) {
  for (const at of Object.keys(dials)) if (!known.includes(host(at))) delete dials[at];
}

if (!pd) {
  const found = await dial(pds[0], 2379, 'GET', '/pd/api/v1/members');
  pdReady.atStart = Boolean(found && JSON.parse(found.text).leader);
  log(`PD ${pdReady.atStart ? 'leads' : 'does not lead yet'} as it starts`);
}
process.on('SIGTERM', () => process.exit(0));
for (;;) {
  await tick();
  await new Promise((resolve) => setTimeout(resolve, TICK_MS));
}
