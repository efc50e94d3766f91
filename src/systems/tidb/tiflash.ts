// TiFlash: from 7.1 on it takes its addresses as arguments; before, they are in two TOML files, of
// itself and of the TiKV inside it. Read in tiup's playground, which starts both.
import type { Node } from '../../stack/model.ts';
import type { TomlTable } from '../../stack/toml.ts';
import { isLaptop, noPlaceholders } from './config.ts';
import { ofRole, PORTS, ROLE_FACTS } from './roles.ts';
import type { TidbConfig } from './schema.ts';
import { has } from './versions.ts';

const { service: SERVICE, raft: RAFT, status: STATUS } = PORTS.tiflash;
const TCP = 9000;
const HTTP = 8123;

/** Without a terminal it writes into files alone, which `labctl logs` does not see. */
const LOGGER = { level: 'info', console: true };

export const PROXY_FILE = '/etc/labctl/tiflash-proxy.toml';

const pdAddresses = (peers: readonly Node[]): string =>
  ofRole(peers, 'pd')
    .map(({ name }) => `${name}:${PORTS.pd.client}`)
    .join(',');

/** Behind `server --config-file=...`. */
export function tiflashArguments(config: TidbConfig, node: Node, peers: readonly Node[]): string[] {
  if (!has(config.version, 'tiflash by arguments')) return [];
  const proxy = 'flash.proxy';
  return [
    '--',
    '--path=/data/db',
    '--tmp_path=/data/tmp',
    `--flash.service_addr=0.0.0.0:${SERVICE}`,
    `--raft.pd_addr=${pdAddresses(peers)}`,
    `--${proxy}.addr=0.0.0.0:${RAFT}`,
    `--${proxy}.advertise-addr=${node.name}:${RAFT}`,
    `--${proxy}.status-addr=0.0.0.0:${STATUS}`,
    `--${proxy}.advertise-status-addr=${node.name}:${STATUS}`,
    `--${proxy}.advertise-engine-addr=${node.name}:${SERVICE}`,
    `--${proxy}.data-dir=/data/proxy`,
    `--${proxy}.config=${PROXY_FILE}`,
    '--logger.log=/data/log/tiflash.log',
    '--logger.errorlog=/data/log/tiflash_error.log',
    `--status.metrics_port=${ROLE_FACTS.tiflash.metrics}`,
  ];
}

export function tiflashConfig(config: TidbConfig, node: Node, peers: readonly Node[]): TomlTable {
  if (has(config.version, 'tiflash by arguments')) return { logger: LOGGER };
  const old = !has(config.version, 'tiflash without runAsDaemon');
  const tidbs = ofRole(peers, 'tidb').map(({ name }) => `${name}:${PORTS.tidb.status}`);
  return {
    default_profile: 'default',
    display_name: 'TiFlash',
    listen_host: '0.0.0.0',
    path: '/data/db',
    tmp_path: '/data/tmp',
    tcp_port: TCP,
    http_port: HTTP,
    ...(old && { mark_cache_size: 5_368_709_120, application: { runAsDaemon: true } }),
    flash: {
      service_addr: `${node.name}:${SERVICE}`,
      tidb_status_addr: tidbs.join(','),
      flash_cluster: {
        cluster_manager_path: '/tiflash/flash_cluster_manager',
        log: '/data/log/tiflash_cluster_manager.log',
        master_ttl: 60,
        refresh_interval: 20,
        update_rule_interval: 5,
      },
      proxy: { config: PROXY_FILE },
    },
    logger: {
      ...LOGGER,
      log: '/data/log/tiflash.log',
      errorlog: '/data/log/tiflash_error.log',
      size: '100M',
      count: 2,
    },
    raft: { pd_addr: pdAddresses(peers) },
    status: { metrics_port: ROLE_FACTS.tiflash.metrics },
    profiles: {
      default: { load_balancing: 'random', max_memory_usage: 0, use_uncompressed_cache: 0 },
      readonly: { readonly: 1 },
    },
    ...usersAndQuotas(config.version),
  };
}

function usersAndQuotas(version: string): TomlTable {
  if (has(version, 'tiflash without users and quotas')) return {};
  const user = (profile: string) => ({
    password: '',
    profile,
    quota: 'default',
    networks: { ip: '::/0' },
  });
  const interval = {
    duration: 3600,
    errors: 0,
    execution_time: 0,
    queries: 0,
    read_rows: 0,
    result_rows: 0,
  };
  return {
    quotas: { default: { interval } },
    users: { default: user('default'), readonly: user('readonly') },
  };
}

/** Of the TiKV inside; engine-addr is what TiDB and its like dial. */
export function tiflashProxyConfig(
  config: TidbConfig,
  node: Node,
  labels: Readonly<Record<string, string>>,
): TomlTable {
  const addresses = has(config.version, 'tiflash by arguments')
    ? {}
    : {
        addr: `0.0.0.0:${RAFT}`,
        'advertise-addr': `${node.name}:${RAFT}`,
        'status-addr': `0.0.0.0:${STATUS}`,
        'advertise-status-addr': `${node.name}:${STATUS}`,
        'engine-addr': `${node.name}:${SERVICE}`,
      };
  return {
    'log-file': '/data/log/tiflash_tikv.log',
    server: { ...addresses, labels },
    storage: {
      'data-dir': '/data/proxy',
      ...(isLaptop(config) && noPlaceholders(config.version)),
    },
    rocksdb: { 'max-open-files': 256 },
    raftdb: { 'max-open-files': 256 },
  };
}
