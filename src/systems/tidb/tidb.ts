// PD, TiKV and TiDB, with TiFlash and TiCDC where asked for. What can be said without the programs
// themselves is held by tests; docs/tidb.md says up to which line.
import { LabError } from '../../errors.ts';
import type { Node, ServiceContext, System, SystemConfig } from '../../stack/model.ts';
import { merge, type TomlTable, tableOf, toToml } from '../../stack/toml.ts';
import { labelsOf, pdConfig, tidbConfig, tikvConfig } from './config.ts';
import { flagsOf } from './flags.ts';
import { panels } from './panels.ts';
import { placementSteps, zoneProblems } from './placement.ts';
import { claim, probe, unready } from './probe.ts';
import { edgesAmong, PORTS, prefixOf, ROLE_FACTS, type Role, roleOf, rolesOf } from './roles.ts';
import { scaling } from './scale.ts';
import { read, schema } from './schema.ts';
import { PROXY_FILE, tiflashConfig, tiflashProxyConfig } from './tiflash.ts';

export const configFile = (role: Role): string => `/etc/labctl/${role}.toml`;

/** Go programs do not look at the cgroup's limit. */
const GO_MEMORY: Partial<Record<Role, string>> = { pd: '256MiB', tidb: '512MiB' };

/** Compose takes no config of no bytes. */
const EMPTY = '# nothing\n';

export const tidb: System = {
  name: 'tidb',
  summary: 'TiDB: PD, TiKV and TiDB servers, optional TiFlash and TiCDC; or PD and TiKV alone',
  schema,

  nodes(group, config) {
    const { mode, ...keys } = read(config);
    return rolesOf(mode).flatMap((role) => {
      const { count, host_port: hostPort } = keys[role];
      const { ports, publish, metrics } = ROLE_FACTS[role];
      return Array.from({ length: count }, (_, i) => ({
        name: `${prefixOf(group)}${role}-${i + 1}`,
        group,
        system: 'tidb',
        role,
        ports,
        publish,
        hostPorts: hostPort === undefined ? {} : { [publish[0]!]: hostPort + i },
        metrics: { port: metrics },
      }));
    });
  },

  edges: edgesAmong,

  // As tiup does it: a TiKV or TiDB that finds no PD gives up after a while.
  after: { tikv: ['pd'], tidb: ['pd'], tiflash: ['pd'], ticdc: ['pd'] },

  image(config, node) {
    const { image, version } = read(config);
    const tag = /^\d/.test(version) ? `v${version}` : version;
    return { ref: image ?? `${ROLE_FACTS[roleOf(node)].image}:${tag}` };
  },

  service(node, context: ServiceContext) {
    const { config } = context;
    const role = roleOf(node);
    const { environment, binary, defaults } = read(config);
    const memory = defaults === 'laptop' ? GO_MEMORY[role] : undefined;
    const [program, ...words] = ROLE_FACTS[role].program;
    return {
      template: 'node', // the roles differ in nothing but their words
      program,
      command: [...words, ...flagsOf(node, context, configFile(role))],
      environment: { ...(memory && { GOMEMLIMIT: memory }), ...environment },
      binary,
    };
  },

  files(node, { config, peers }) {
    const role = roleOf(node);
    const made = filesOf(role, node, config, peers);
    return Object.fromEntries(
      Object.entries(made).map(([path, table]) => [path, toToml(table).trimStart() || EMPTY]),
    );
  },

  panels,
  problems: (nodes, config) => zoneProblems(read(config), nodes),
  scaling,
  steps: placementSteps,
  probe: (access, node, config) => probe(access, node, read(config)),
  claim,
  unready,

  client(node, config) {
    const { name } = node;
    if (roleOf(node) === 'tidb' && !read(config).image)
      throw new LabError('node-state', `${name} has no MySQL client: TiDB's image brings none`, {
        hint: `labctl port ${name} says where yours connects: mysql -h 127.0.0.1 -P PORT -u root`,
      });
    const clients: Record<Role, readonly string[]> = {
      pd: ['/pd-ctl', '-u', `http://${name}:${PORTS.pd.client}`],
      tikv: ['/tikv-ctl', '--host', `${name}:${PORTS.tikv.kv}`],
      tidb: ['mysql', '-h', name, '-P', `${PORTS.tidb.sql}`, '-u', 'root'],
      tiflash: ['/tiflash/tiflash', 'client'],
      ticdc: ['/cdc', 'cli'],
    };
    return clients[roleOf(node)];
  },

  failpoints(node) {
    const role = roleOf(node);
    if (role === 'tikv')
      return { port: PORTS.tikv.status, path: '/fail', build: 'FAIL_POINT=1 make release' };
    if (role === 'pd')
      return { port: PORTS.pd.client, path: '/pd/api/v1/fail', build: 'make failpoint-enable' };
    return undefined;
  },
};

/** The user's keys have the last word, also over what the layout needs. */
function filesOf(
  role: Role,
  node: Node,
  config: SystemConfig,
  peers: readonly Node[],
): Readonly<Record<string, TomlTable>> {
  const keys = read(config);
  const own = (table: TomlTable) => ({
    [configFile(role)]: merge(tableOf(table), tableOf(keys.config)),
  });
  const made: Record<Role, () => Readonly<Record<string, TomlTable>>> = {
    pd: () => own(pdConfig(keys, peers)),
    tikv: () => own(tikvConfig(keys, node, peers)),
    tidb: () => own(tidbConfig(keys)),
    tiflash: () => ({
      ...own(tiflashConfig(keys, node, peers)),
      [PROXY_FILE]: tableOf(tiflashProxyConfig(keys, node, labelsOf(keys, node, peers))),
    }),
    ticdc: () => (keys.config ? own({}) : {}),
  };
  return made[role]();
}
