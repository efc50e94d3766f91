// `labctl up` of three members against plain `docker compose up` of the same three. Both end when
// every member is well and all agree on who leads; the same code of src/systems/etcd/etcd.ts finds
// that out.
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { etcd } from '../dist/systems/etcd/etcd.js';
import { plainUp, writePlain } from './plain.mjs';
import { atMost, ratios, row } from './rows.mjs';
import { interleave, labctlUp, stackName, withLab } from './run.mjs';

const LAB = 'bench-start';

export async function start({ rounds }) {
  const dir = await mkdtemp(join(tmpdir(), 'labctl-bench-'));
  const file = join(dir, 'compose.yaml');
  const published = (service) => ({ ...service, ports: ['127.0.0.1::2379'] });
  try {
    // Also makes the images.
    await withLab(LAB, () => writePlain(LAB, file, published));
    const samples = await interleave(rounds, {
      plain: () => plainUp(file, isHealthy),
      labctl: () => labctlUp(stackName, LAB),
    });
    return [
      row('docker compose up, to healthy', 'ms', samples.plain),
      row('labctl up, to healthy', 'ms', samples.labctl),
      row('labctl / compose', 'ratio', ratios(samples.labctl, samples.plain), atMost(2)),
    ];
  } finally {
    await rm(dir, { recursive: true });
  }
}

async function isHealthy(containers) {
  const healths = await Promise.all(
    [...containers].map(async ([name, { ports }]) => {
      const port = Number(/127\.0\.0\.1:(\d+)->2379/.exec(ports)[1]);
      const access = { ask: (_port, text, limitMs) => ask(port, text, limitMs) };
      const config = { system: 'etcd', version: '3.5.16' };
      return [name, await etcd.probe(access, undefined, config)];
    }),
  );
  return !etcd.unready(new Map(healths));
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
