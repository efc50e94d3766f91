// What is rendered of a cluster of many roles and of a lab of 20 nodes that all dial each other: how
// large, and how long a `labctl render` takes, and in it the rendering itself.
import { parse } from 'yaml';
import { renderText } from '../dist/lab/render.js';
import { atMost, row } from './rows.mjs';
import { interleave, labctl } from './run.mjs';

const KIB = 1024;

const LABS = {
  'tidb-ha': { stack: 'tidb-ha' },
  'etcd, 20 nodes': { stack: 'etcd-3node', set: ['nodes=20'] },
};

export async function render({ rounds }) {
  const rows = [];
  for (const [name, { stack, set = [] }] of Object.entries(LABS)) {
    const text = await renderText({ stack, set });
    const samples = await interleave(rounds * 3, {
      command: async () =>
        (await labctl('render', stack, ...set.flatMap((one) => ['--set', one]))).ms,
      rendering: async () => {
        const startedMs = performance.now();
        await renderText({ stack, set });
        return performance.now() - startedMs;
      },
    });
    rows.push(
      row(`${name}: services`, '', [Object.keys(parse(text).services).length]),
      row(`${name}: compose file`, 'KiB', [Buffer.byteLength(text) / KIB]),
      row(`${name}: labctl render`, 'ms', samples.command, atMost(300)),
      row(`${name}: the rendering in it`, 'ms', samples.rendering, atMost(100)),
    );
  }
  return rows;
}
