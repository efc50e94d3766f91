// Ten nodes, all dialling each other: 90 edges cut and healed in one go, from the first message to
// a proxy to the last acknowledgement. The nodes do nothing, so that the lab starts quickly.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { openDocker } from '../dist/docker/connect.js';
import { ensureProxyImage } from '../dist/docker/images.js';
import { atMost, row } from './rows.mjs';
import { interleave, labctl } from './run.mjs';

const LAB = 'bench-ninety';
const names = Array.from({ length: 10 }, (_, i) => `node-${i + 1}`);

export async function ninety({ rounds }) {
  const dir = await mkdtemp(join(tmpdir(), 'labctl-bench-'));
  const file = join(dir, 'stack.yaml');
  await labctl('down', '--lab', LAB);
  const shared = ['--lab', LAB, '-o', 'json'];
  const took = { drop: [], jam: [], heal: [] };
  let up;
  let down;
  try {
    await writeFile(file, stringify(await stack()));
    up = await labctl('up', file, ...shared);
    const change = async (list, ...words) => {
      const { ms, stdout } = await labctl(...words, ...shared);
      list.push(JSON.parse(stdout).tookMs);
      return ms;
    };
    const samples = await interleave(rounds * 2, {
      jam: () => change(took.jam, 'partition', ...names, '--mode', 'jam'),
      healJam: () => change([], 'heal'),
      drop: () => change(took.drop, 'partition', ...names),
      heal: () => change(took.heal, 'heal'),
    });
    const { nodes, edges } = JSON.parse(up.stdout);
    down = await labctl('down', '--lab', LAB);
    return [
      row('containers that came up', '', [nodes.length + edges.length]),
      row('labctl up, to healthy', 'ms', [up.ms]),
      row('labctl partition, 90 edges, drop', 'ms', samples.drop),
      row('its edges changed in', 'ms', took.drop, atMost(200)),
      row('labctl partition, 90 edges, jam', 'ms', samples.jam),
      row('its edges changed in', 'ms', took.jam, atMost(200)),
      row('labctl heal, 90 edges, of drop', 'ms', samples.heal),
      row('its edges changed in', 'ms', took.heal, atMost(200)),
      row('labctl down', 'ms', [down.ms]),
    ];
  } finally {
    if (!down) await labctl('down', '--lab', LAB);
    await rm(dir, { recursive: true });
  }
}

/** The proxy's image is there anyway, and has a program that waits. */
async function stack() {
  const { ref } = await ensureProxyImage(await openDocker(), { pull: 'missing', say: () => {} });
  const node = (name) => ({
    image: ref,
    entrypoint: ['sleep', 'infinity'],
    ports: [7000],
    connects: names.filter((other) => other !== name),
  });
  return { name: LAB, nodes: Object.fromEntries(names.map((name) => [name, node(name)])) };
}
