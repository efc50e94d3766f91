// One proxy, no fault, beside HAProxy and socat at the same place:
//
//   client --outer network--> labctl | haproxy | socat --inner network--> server
//      \--------------------------- direct ---------------------------------^
//
// The same two programs talk through each of them in every round, so that a busy machine slows all.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { openDocker } from '../dist/docker/connect.js';
import { ensureProxyImage } from '../dist/docker/images.js';
import { atLeast, atMost, ratios, row } from './rows.mjs';
import { docker, interleave } from './run.mjs';

const LABEL = 'labctl.bench';
const OUTER = 'labctl-bench-outer';
const INNER = 'labctl-bench-inner';
const PEERS_IMAGE = 'labctl/bench-peers';
const PORT = 7000;
const STREAMS = 8;

const read = (name) => readFile(fileURLToPath(new URL(`peers/${name}`, import.meta.url)), 'utf8');

export async function stream({ rounds }) {
  await clean();
  try {
    await place();
    const client = await read('client.mjs');
    const through = (mode, count) => async (via) => {
      const program = ['node', '--input-type=module', '-e', client, mode, via, PORT, count];
      return Number(await docker('exec', `${LABEL}-client`, ...program.map(String)));
    };
    const names = ['direct', 'labctl', 'haproxy', 'socat'];
    const compare = (ask) =>
      interleave(rounds, Object.fromEntries(names.map((via) => [via, () => ask(via)])));
    return [
      ...roundTripRows(await compare(through('trip', 5000))),
      ...streamRows('one stream', await compare(through('stream', 1)), atLeast(0.8)),
      ...streamRows(`${STREAMS} streams`, await compare(through('stream', STREAMS))),
    ];
  } finally {
    await clean();
  }
}

async function place() {
  const { ref } = await ensureProxyImage(await openDocker(), { pull: 'missing', say: () => {} });
  const context = fileURLToPath(new URL('peers', import.meta.url));
  await docker('build', '-q', '-t', PEERS_IMAGE, context);
  for (const network of [OUTER, INNER])
    await docker('network', 'create', '--internal', '--label', LABEL, network);
  const node = ['--entrypoint', 'node', ref, '--input-type=module', '-e'];
  await begin('server', [], [...node, await read('server.mjs'), String(PORT)], 'server.node');
  const environment = [`LABCTL_EDGE=client:server`, `LABCTL_UPSTREAM=server.node`];
  const own = [...environment, `LABCTL_PORTS=${PORT}`].flatMap((pair) => ['-e', pair]);
  await begin('labctl', own, ['-i', '--cap-drop=ALL', '--cap-add=NET_ADMIN', ref]);
  await begin('haproxy', [], [PEERS_IMAGE, 'haproxy', '-f', '/etc/haproxy/haproxy.cfg']);
  const listen = `TCP-LISTEN:${PORT},fork,reuseaddr,nodelay`;
  await begin('socat', [], [PEERS_IMAGE, 'socat', listen, `TCP:server.node:${PORT},nodelay`]);
  await begin('client', [], [...node, 'setInterval(() => {}, 2 ** 30)']);
}

/** On the outer network by its own name, and on the inner one; the server is `direct` out there. */
async function begin(name, options, command, innerName = `${name}.inner`) {
  const outerName = name === 'server' ? 'direct' : name;
  const container = `${LABEL}-${name}`;
  const place = ['--network', OUTER, '--network-alias', outerName, '--label', LABEL];
  await docker('create', '--name', container, ...place, ...options, ...command);
  if (name !== 'client') await docker('network', 'connect', '--alias', innerName, INNER, container);
  await docker('start', container);
}

/** The image stays, so that the next run need not build it. */
async function clean() {
  const left = async (...list) =>
    (await docker(...list, '-q', '--filter', `label=${LABEL}`)).trim();
  const containers = await left('ps', '-a');
  // One by one: see AT_ONCE_MAX in src/lab/down.ts.
  for (const id of containers.split('\n').filter(Boolean)) await docker('rm', '-f', id);
  const networks = await left('network', 'ls');
  if (networks) await docker('network', 'rm', ...networks.split('\n'));
}

function roundTripRows({ direct, labctl, haproxy, socat }) {
  const added = (samples) => samples.map((value, i) => value - direct[i]);
  const over = ratios(added(labctl), added(haproxy));
  return [
    row('round trip, direct', 'us', direct),
    row('round trip, added by labctl', 'us', added(labctl)),
    row('round trip, added by haproxy', 'us', added(haproxy)),
    row('round trip, added by socat', 'us', added(socat)),
    row('round trip added, labctl / haproxy', 'ratio', over, atMost(1.5)),
  ];
}

const streamRows = (what, { direct, labctl, haproxy, socat }, aim) => [
  row(`${what}, direct`, 'MB/s', direct),
  row(`${what}, labctl`, 'MB/s', labctl),
  row(`${what}, haproxy`, 'MB/s', haproxy),
  row(`${what}, socat`, 'MB/s', socat),
  row(`${what}, labctl / haproxy`, 'ratio', ratios(labctl, haproxy), aim),
];
