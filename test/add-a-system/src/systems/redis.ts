// Redis: one primary, and replicas that dial it.
import { z } from 'zod';
import type { Ask, System, SystemConfig } from '../stack/model.ts';
import { text } from '../stack/values.ts';

const PORT = 6379;
const LIMIT_MS = 2_000;

/** Debian suites that package Redis. */
const DEBIAN_SUITES: Readonly<Record<string, string>> = { '7.0': 'bookworm', '8.0': 'trixie' };

const schema = z.strictObject({
  version: text().default('8.0').describe('Redis version, e.g. 8.0'),
  nodes: z.int().min(1).max(9).default(2).describe('one primary, the others are its replicas'),
});
type RedisConfig = SystemConfig & z.infer<typeof schema>;

export const redis: System = {
  name: 'redis',
  summary: 'Redis: one primary, and replicas that dial it',
  schema,

  nodes: (group, config) =>
    Array.from({ length: (config as RedisConfig).nodes }, (_, i) => ({
      name: `${group}-${i + 1}`,
      group,
      system: 'redis',
      role: 'server',
      ports: { client: PORT },
      publish: ['client'],
      hostPorts: {},
    })),

  // Only replicas dial; all goes over the connection that they open.
  edges: ([primary, ...replicas]) =>
    replicas.map(({ name }) => ({ from: name, to: primary!.name, ports: [PORT] })),

  image(config) {
    const { version } = config as RedisConfig;
    const suite = DEBIAN_SUITES[version];
    const recipe = suite && { name: 'redis', tag: `labctl/redis:${version}`, suite };
    return { ref: `redis:${version}`, ...(recipe && { recipe }) };
  },

  service: (node, { peers }) => ({ primary: peers[0]!.name === node.name ? '' : peers[0]!.name }),

  async probe({ ask }) {
    const info = await replication(ask);
    if (!info) return { health: 'unhealthy', detail: 'no answer', leader: null };
    const leader = info.role === 'master';
    const linked = leader || info.master_link_status === 'up';
    const facts = { offset: offsetOf(info) };
    if (linked) return { health: 'healthy', detail: 'healthy', leader, facts };
    return { health: 'unhealthy', detail: 'no link to the primary', leader, facts };
  },

  async claim({ ask }) {
    const info = await replication(ask);
    return info && { leader: info.role === 'master', term: 0, index: offsetOf(info) };
  },

  unready(healths) {
    const sick = [...healths].find(([, { health }]) => health !== 'healthy');
    return sick && `${sick[0]}: ${sick[1].detail}`;
  },

  client: () => ['redis-cli'],

  // A replica needs no more than to be started, and its primary does not mind that it goes.
  scaling: { sizes: (group) => ({ [group]: ['nodes'] }) },
};

/** How far the primary's log is known here. */
const offsetOf = ({ slave_repl_offset, master_repl_offset }: Info): number =>
  Number(slave_repl_offset ?? master_repl_offset);

type Info = Readonly<Record<string, string>>;

/** Lines such as `role:master`; undefined when there is no answer. */
async function replication(ask: Ask): Promise<Info | undefined> {
  const said = await ask(PORT, 'INFO replication\r\nQUIT\r\n', LIMIT_MS).catch(() => '');
  const pairs = [...said.matchAll(/^(\w+):(.*)\r$/gm)].map(([, key, value]) => [key, value]);
  return pairs.length ? Object.fromEntries(pairs) : undefined;
}
