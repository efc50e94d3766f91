// Memory of the proxies of a lab at rest, as `docker stats` counts it: the cgroup's usage without
// file pages that nobody used lately; `charged` is all of its usage. Through a peer proxy etcd's
// heartbeats pass, through a host proxy nothing.
import { setTimeout as sleep } from 'node:timers/promises';
import { openDocker } from '../dist/docker/connect.js';
import { observeLabs } from '../dist/docker/observe.js';
import { atMost, row } from './rows.mjs';
import { withLab } from './run.mjs';

const MIB = 2 ** 20;

/** By then node has given back what it needed to start, and heartbeats have filled its heap. */
const REST_MS = 120_000;

export const memory = () =>
  withLab('bench-memory', async (lab) => {
    await sleep(REST_MS);
    const docker = await openDocker();
    const { proxies } = (await observeLabs(docker)).get(lab);
    const usages = await Promise.all(
      [...proxies].map(async ([edge, { id }]) => ({ edge, ...(await memoryOf(docker, id)) })),
    );
    return ['peer', 'host'].flatMap((kind) => {
      const own = usages.filter(({ edge }) => edge.startsWith('host:') === (kind === 'host'));
      const charged = own.map((proxy) => proxy.charged);
      const used = own.map((proxy) => proxy.used);
      return [
        row(`a ${kind} proxy, at rest`, 'MiB', used, atMost(10)),
        row(`a ${kind} proxy, charged`, 'MiB', charged),
      ];
    });
  });

/** In MiB; of what is alive, `used` is the better measure. */
export async function memoryOf(docker, id) {
  const container = docker.getContainer(id);
  const { memory_stats: memory } = await container.stats({ stream: false, 'one-shot': true });
  // cgroup v1 and v2 call it by different names.
  const idleFiles = memory.stats.total_inactive_file ?? memory.stats.inactive_file;
  return { charged: memory.usage / MIB, used: (memory.usage - idleFiles) / MIB };
}
