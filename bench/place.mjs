// One proxy, beside HAProxy and socat at the same place:
//
//   client --outer network--> labctl | haproxy | socat --inner network--> server
//      \--------------------------- direct ---------------------------------^
//
// The same two programs talk through each of them in every round, so that a busy machine slows all.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { openControl } from '../dist/control/client.js';
import { attachTo } from '../dist/docker/attach.js';
import { openDocker } from '../dist/docker/connect.js';
import { ensureProxyImage } from '../dist/docker/images.js';
import { docker, interleave } from './run.mjs';

const LABEL = 'labctl.bench';
const OUTER = 'labctl-bench-outer';
const INNER = 'labctl-bench-inner';
const PEERS_IMAGE = 'labctl/bench-peers';
const PORT = 7000;
const EDGE = 'client:server';

export const WAYS = ['direct', 'labctl', 'haproxy', 'socat'];

export const containerOf = (name) => `${LABEL}-${name}`;

const read = (name) => readFile(fileURLToPath(new URL(`peers/${name}`, import.meta.url)), 'utf8');

/** Has all of them there for `work`, which gets ways to ask the client. */
export async function withPlace({ rounds }, work) {
  await clean();
  try {
    await place();
    const program = ['node', '--input-type=module', '-e', await read('client.mjs')];
    const command = (way, mode, count) =>
      ['exec', '-i', containerOf('client'), ...program, mode, way, PORT, count].map(String);
    const ask = async (way, ...what) => Number(await docker(...command(way, ...what)));
    const attach = attachTo(await openDocker(), containerOf('labctl'));
    const control = await openControl(EDGE, attach);
    return await work({
      /** Sets `faults` on the edge for `work`. */
      withFaults: async (faults, work) => {
        await control.update(() => faults);
        const result = await work();
        await control.update(() => []);
        return result;
      },
      ask,
      compare: (...what) =>
        interleave(rounds, Object.fromEntries(WAYS.map((way) => [way, () => ask(way, ...what)]))),
      /** As `ask`; what the client opened stays open for `look`. */
      askAndLook: (way, mode, count, look) => heldOpen(command(way, mode, count), look),
    });
  } finally {
    await clean();
  }
}

async function heldOpen(command, look) {
  const client = spawn('docker', command, { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    const [answer] = await Promise.race([once(client.stdout, 'data'), once(client, 'exit')]);
    if (!Buffer.isBuffer(answer)) throw new Error(`${command.slice(-3)}: the client gave up`);
    return { answer: Number(answer), seen: await look() };
  } finally {
    client.stdin.end();
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
  const environment = [`LABCTL_EDGE=${EDGE}`, `LABCTL_UPSTREAM=server.node`];
  const own = [...environment, `LABCTL_PORTS=${PORT}`].flatMap((pair) => ['-e', pair]);
  await begin('labctl', own, ['-i', '--cap-drop=ALL', '--cap-add=NET_ADMIN', ref]);
  await begin('haproxy', [], [PEERS_IMAGE, 'haproxy', '-f', '/etc/haproxy/haproxy.cfg']);
  const listen = `TCP-LISTEN:${PORT},fork,reuseaddr,nodelay,backlog=4096`;
  await begin('socat', [], [PEERS_IMAGE, 'socat', listen, `TCP:server.node:${PORT},nodelay`]);
  await begin('client', [], [...node, 'setInterval(() => {}, 2 ** 30)']);
}

/** On the outer network by its own name, and on the inner one; the server is `direct` out there. */
async function begin(name, options, command, innerName = `${name}.inner`) {
  const outerName = name === 'server' ? 'direct' : name;
  const place = ['--network', OUTER, '--network-alias', outerName, '--label', LABEL];
  await docker('create', '--name', containerOf(name), ...place, ...options, ...command);
  if (name !== 'client')
    await docker('network', 'connect', '--alias', innerName, INNER, containerOf(name));
  await docker('start', containerOf(name));
}

/** The image stays, so that the next run need not build it. */
async function clean() {
  const left = async (...list) =>
    (await docker(...list, '-q', '--filter', `label=${LABEL}`)).trim();
  const containers = await left('ps', '-a');
  // One by one: see AT_ONCE_MAX in src/lab/down.ts.
  for (const id of containers.split('\n').filter(Boolean)) await docker('rm', '-f', '-v', id);
  const networks = await left('network', 'ls');
  if (networks) await docker('network', 'rm', ...networks.split('\n'));
}
