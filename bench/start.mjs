// `labctl up` of three members against plain `docker compose up` of the same three: the same image
// and flags, on one ordinary network, without a proxy. Both end when every member is well and all
// agree on who leads; the same code of src/systems/etcd.ts finds that out.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse, stringify } from 'yaml';
import { renderedDir } from '../dist/lab/files.js';
import { etcd } from '../dist/systems/etcd.js';
import { atMost, ratios, row } from './rows.mjs';
import { docker, interleave, labctl, stackName, timed, withLab } from './run.mjs';

const LAB = 'bench-start';
const PLAIN = 'bench-plain';
const POLL_MS = 100;
const LIMIT_MS = 60_000;

export async function start({ rounds }) {
  const dir = await mkdtemp(join(tmpdir(), 'labctl-bench-'));
  const file = join(dir, 'compose.yaml');
  try {
    // Also makes the images.
    const rendered = await withLab(LAB, () => readFile(join(renderedDir(LAB), 'compose.yaml')));
    await writeFile(file, stringify(plainCompose(parse(String(rendered)))));
    const samples = await interleave(rounds, { plain: () => plainUp(file), labctl: labctlUp });
    return [
      row('docker compose up, to healthy', 'ms', samples.plain),
      row('labctl up, to healthy', 'ms', samples.labctl),
      row('labctl / compose', 'ratio', ratios(samples.labctl, samples.plain), atMost(2)),
    ];
  } finally {
    await rm(dir, { recursive: true });
  }
}

/** The nodes of a lab's compose file and nothing else of it. */
function plainCompose({ services, volumes }) {
  const nodes = Object.entries(services).filter(([, { labels }]) => labels['labctl.node']);
  const plain = nodes.map(([name, { labels, networks, ...service }]) => [
    name,
    { ...service, ports: ['127.0.0.1::2379'] },
  ]);
  return {
    name: PLAIN,
    services: Object.fromEntries(plain),
    volumes: Object.fromEntries(Object.keys(volumes).map((name) => [name, {}])),
  };
}

async function labctlUp() {
  try {
    return (await labctl('up', stackName, '--lab', LAB)).ms;
  } finally {
    await labctl('down', '--lab', LAB);
  }
}

async function plainUp(file) {
  try {
    const { ms } = await timed('docker', ['compose', '-f', file, 'up', '-d', '--pull', 'never']);
    const startedMs = performance.now();
    await waitHealthy(await publishedPorts());
    return ms + performance.now() - startedMs;
  } finally {
    await docker('compose', '-f', file, 'down', '-v', '-t', '0');
  }
}

/** Host ports of the members' client ports, by member. */
async function publishedPorts() {
  const format = '{{.Label "com.docker.compose.service"}} {{.Ports}}';
  const filter = `label=com.docker.compose.project=${PLAIN}`;
  const lines = (await docker('ps', '--filter', filter, '--format', format)).split('\n');
  return new Map(lines.map((line) => /^(\S+).*127\.0\.0\.1:(\d+)->2379/.exec(line).slice(1)));
}

async function waitHealthy(ports) {
  const deadlineMs = performance.now() + LIMIT_MS;
  while (performance.now() < deadlineMs) {
    const healths = await Promise.all(
      [...ports].map(async ([name, port]) => {
        const config = { system: 'etcd', version: '3.5.16' };
        const access = { ask: (_port, text, limitMs) => ask(Number(port), text, limitMs) };
        return [name, await etcd.probe(access, undefined, config)];
      }),
    );
    if (!etcd.unready(new Map(healths))) return;
    await sleep(POLL_MS);
  }
  throw new Error('the members without proxies did not become healthy');
}

/** What src/proxy/probe.ts does for labctl. */
function ask(port, text, limitMs) {
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect({ port, host: '127.0.0.1' });
    socket.setTimeout(limitMs, () => socket.destroy(new Error('no answer')));
    socket.setEncoding('latin1').on('data', (part) => (received += part));
    socket.on('error', reject).on('close', () => resolve(received));
    socket.write(text);
  });
}
