// The system that mysql and mariadb both are: one primary, n replicas, edges between all of them,
// as any may come to lead. What differs is in dialect.ts and what follows from it.
import type { ImageSource, Node, ServiceContext, System } from '../../stack/model.ts';
import { replicationSteps } from './bootstrap.ts';
import {
  askedOf,
  initMount,
  isSeed,
  PORT,
  read,
  schemaOf,
  semiSyncOf,
  type Versions,
} from './config.ts';
import type { Dialect } from './dialect.ts';
import { serverFlags } from './flags.ts';
import { claimOf, compareHealths, healthOf, silentHealth } from './health.ts';
import { promoteServer } from './promote.ts';
import { replicaScaling } from './scale.ts';
import { readLoading, readState } from './state.ts';

/** Environment that makes data: for the first server alone, the others get it by replication. */
const SEED_ONLY = /^(MYSQL|MARIADB)_(DATABASE|USER|PASSWORD)(_FILE)?$/;

interface Packaged extends Versions {
  readonly flavour: Dialect['flavour'];
  readonly summary: string;
  /** Version, or the first numbers of it -> the Debian suite that has it. */
  readonly suites: Readonly<Record<string, string>>;
}

export function mysqlSystem({ flavour, summary, suites, ...versions }: Packaged): System {
  return {
    name: flavour,
    summary,
    schema: schemaOf(flavour, versions),

    nodes(group, config) {
      const { nodes, host_port: hostPort } = read(config);
      return Array.from({ length: nodes }, (_, i) => ({
        name: `${group}-${i + 1}`,
        group,
        system: flavour,
        role: 'server',
        ports: { mysql: PORT },
        publish: ['mysql'],
        hostPorts: hostPort === undefined ? {} : { mysql: hostPort + i },
      }));
    },

    edges: (nodes) => everyPair(nodes),

    image(config): ImageSource {
      const { image, version } = read(config);
      if (image) return { ref: image };
      const suite = suites[version] ?? suites[version.split('.').slice(0, 2).join('.')];
      return {
        ref: `${flavour}:${version}`,
        ...(suite && { recipe: { name: flavour, tag: `labctl/${flavour}:${version}`, suite } }),
      };
    },

    service(node, { config, peers }: ServiceContext) {
      const { flags, environment, performance_schema: performanceSchema, ...rest } = read(config);
      const serverId = peers.indexOf(peers.find(({ name }) => name === node.name)!) + 1;
      const wanted = { name: node.name, serverId, performanceSchema, flags };
      const own = Object.entries(environment).filter(
        ([name]) => isSeed(node) || !SEED_ONLY.test(name),
      );
      return {
        flags: serverFlags(askedOf(config).dialect, wanted),
        environment: {
          ...rootEnvironment(flavour, rest.root_password),
          ...Object.fromEntries(own),
        },
        binary: rest.binary && {
          source: rest.binary,
          target: `/usr/sbin/${flavour === 'mariadb' ? 'mariadbd' : 'mysqld'}`,
        },
        init: rest.init && isSeed(node) ? initMount(rest.init) : undefined,
      };
    },

    async probe(access, node, config) {
      const state = await readState(access, askedOf(config));
      if (!state) return silentHealth(await readLoading(access));
      return healthOf(node.name, state, semiSyncOf(config) !== undefined);
    },

    async claim(access, _node, config) {
      const state = await readState(access, askedOf(config));
      return state && claimOf(state, flavour === 'mariadb' || read(config).gtid);
    },

    unready(healths) {
      for (const [name, { health, detail }] of healths)
        if (health !== 'healthy') return `${name}: ${detail}`;
      const primaries = [...healths].filter(([, { leader }]) => leader).map(([name]) => name);
      if (primaries.length === 1) return undefined;
      return primaries.length ? `primaries: ${primaries.join(', ')}` : 'there is no primary';
    },

    scaling: replicaScaling,

    client(_node, config) {
      const { root_password: password } = read(config);
      const secret = password ? ['env', `MYSQL_PWD=${password}`] : [];
      return [...secret, flavour, '--user=root'];
    },

    steps: replicationSteps,
    compare: (healths, config) => compareHealths(healths, askedOf(config).dialect),
    promote: promoteServer,
  };
}

/** Time zone tables take the images longer than all the rest of their first start. */
function rootEnvironment(flavour: Dialect['flavour'], password: string): Record<string, string> {
  const prefix = flavour.toUpperCase();
  const empty = flavour === 'mariadb' ? 'ALLOW_EMPTY_ROOT_PASSWORD' : 'ALLOW_EMPTY_PASSWORD';
  return {
    [`${prefix}_INITDB_SKIP_TZINFO`]: '1',
    ...(password ? { [`${prefix}_ROOT_PASSWORD`]: password } : { [`${prefix}_${empty}`]: 'yes' }),
  };
}

/** Any of them may become primary, and then all others dial it. */
const everyPair = (nodes: readonly Node[]) =>
  nodes.flatMap(({ name: from }) =>
    nodes.filter(({ name }) => name !== from).map(({ name: to }) => ({ from, to, ports: [PORT] })),
  );
