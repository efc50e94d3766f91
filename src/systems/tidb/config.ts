// The TOML files of PD, TiKV and TiDB: what the layout and the stack ask for, laptop-sized where
// the group does not say otherwise, and the user's own `config:` laid upon it.
import type { Node } from '../../stack/model.ts';
import type { Toml, TomlTable } from '../../stack/toml.ts';
import { ofRole } from './roles.ts';
import type { TidbConfig } from './schema.ts';
import { DR_TIMEOUTS, has, hasDrTimeout } from './versions.ts';

export const isLaptop = ({ defaults }: TidbConfig): boolean => defaults === 'laptop';

/** With fewer stores three replicas have no place. */
const REPLICAS = 3;

/** By which labels PD spreads replicas; the first is the zone's. */
function locationLabels(config: TidbConfig, peers: readonly Node[]): readonly string[] {
  const preset = ofRole(peers, 'tikv').some(({ zone }) => zone) ? ['zone', 'host'] : [];
  return config.location_labels ?? preset;
}

/** The label that says a store's zone. */
export const zoneLabel = (config: TidbConfig, peers: readonly Node[]): string =>
  locationLabels(config, peers)[0] ?? 'zone';

export function labelsOf(config: TidbConfig, node: Node, peers: readonly Node[]) {
  const names = locationLabels(config, peers);
  return {
    ...(node.zone && { [zoneLabel(config, peers)]: node.zone }),
    ...(names.includes('host') && { host: node.name }),
    ...config.labels,
  };
}

export function pdConfig(config: TidbConfig, peers: readonly Node[]): TomlTable {
  const stores = ofRole(peers, 'tikv').length;
  const isDr = config.replication.mode === 'dr-auto-sync';
  const wantsRules = isDr || config.placement_rules || ofRole(peers, 'tiflash').length > 0;
  const labels = locationLabels(config, peers);
  return {
    ...(isLaptop(config) && {
      // 1 would be written as a whole number, which older PDs refuse for a ratio.
      schedule: { 'patrol-region-interval': '100ms', 'low-space-ratio': 0.99 },
    }),
    replication: {
      'max-replicas': stores < REPLICAS ? 1 : REPLICAS,
      ...(labels.length && { 'location-labels': [...labels] }),
      ...(wantsRules &&
        !has(config.version, 'placement rules by default') && { 'enable-placement-rules': true }),
    },
    // The dashboard dials every node of the cluster, which no edge is for.
    'pd-server': { 'dashboard-address': 'none' },
    ...(isDr && { 'replication-mode': replicationMode(config, peers) }),
  };
}

function replicationMode(config: TidbConfig, peers: readonly Node[]): TomlTable {
  const { replication, version } = config;
  const timeouts = Object.keys(DR_TIMEOUTS).flatMap((key): [string, Toml][] => {
    const value = replication[key.replaceAll('-', '_') as keyof typeof replication];
    return value !== undefined && hasDrTimeout(version, key) ? [[key, value]] : [];
  });
  return {
    'replication-mode': 'dr-auto-sync',
    'dr-auto-sync': {
      'label-key': zoneLabel(config, peers),
      primary: replication.primary!,
      dr: replication.dr!,
      'primary-replicas': replication.primary_replicas,
      'dr-replicas': replication.dr_replicas,
      ...Object.fromEntries(timeouts),
    },
  };
}

export function tikvConfig(config: TidbConfig, node: Node, peers: readonly Node[]): TomlTable {
  const { version, raft_engine: asked } = config;
  const engine = asked ?? has(version, 'raft-engine by default');
  const labels = labelsOf(config, node, peers);
  return {
    ...(isLaptop(config) && laptopTikv(version)),
    server: {
      ...(isLaptop(config) && { 'grpc-concurrency': 2 }),
      ...(Object.keys(labels).length && { labels }),
    },
    ...(has(version, 'raft-engine') && (asked !== undefined || (isLaptop(config) && engine))
      ? { 'raft-engine': { enable: engine, ...(isLaptop(config) && engine && LAPTOP_RAFT_ENGINE) } }
      : {}),
  };
}

/** TiKV ends where it may not have as many, of raftdb too where that is not used. */
const LAPTOP_FILES = { 'max-open-files': 256 };
const LAPTOP_BUFFERS = { 'write-buffer-size': '16MB', 'max-write-buffer-number': 2 };
const LAPTOP_RAFT_ENGINE = { 'purge-threshold': '128MB', 'memory-limit': '64MB' };

/** Files of 2 GB, later 5, that nothing is in. */
export const noPlaceholders = (version: string): TomlTable => ({
  'reserve-space': 0,
  ...(has(version, 'reserve-raft-space') && { 'reserve-raft-space': 0 }),
});

/** 400 to 700 MB for a store. */
const laptopTikv = (version: string): TomlTable => ({
  ...(has(version, 'memory-usage-limit') && { 'memory-usage-limit': '600MB' }),
  storage: {
    ...noPlaceholders(version),
    'scheduler-worker-pool-size': 1,
    'block-cache': { capacity: '128MB' },
  },
  readpool: { unified: { 'min-thread-count': 1, 'max-thread-count': 2 } },
  raftstore: { 'store-pool-size': 1, 'apply-pool-size': 1 },
  rocksdb: {
    ...LAPTOP_FILES,
    defaultcf: LAPTOP_BUFFERS,
    writecf: LAPTOP_BUFFERS,
    lockcf: LAPTOP_BUFFERS,
  },
  raftdb: LAPTOP_FILES,
});

/** From 6.1 on the quotas are system variables, which are set by SQL. */
export const tidbConfig = (config: TidbConfig): TomlTable =>
  isLaptop(config)
    ? {
        ...(!has(config.version, 'memory quotas as system variables') && {
          'mem-quota-query': 256 * 1024 * 1024,
          'oom-action': 'cancel',
        }),
        performance: { 'max-procs': 2 },
      }
    : {};
