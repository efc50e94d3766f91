// What PD, TiKV, TiDB and the others say of themselves over HTTP, each asked alone.
import type { Ask, Claim, Node, NodeAccess, NodeHealth } from '../../stack/model.ts';
import { askHttp, parseJson } from '../ask-http.ts';
import { PORTS, roleOf } from './roles.ts';
import type { TidbConfig } from './schema.ts';
import { has } from './versions.ts';

const LIMIT_MS = 2_000;
/** A PD that does not lead answers for itself, and does not pass the question on to the leader. */
const OWN_WORD = { headers: ['PD-Allow-follower-handle: true'] };

const NO_ANSWER: NodeHealth = { health: 'unhealthy', detail: 'no answer', leader: null };
const HEALTHY: NodeHealth = { health: 'healthy', detail: 'healthy', leader: null };

export function probe({ ask }: NodeAccess, node: Node, config: TidbConfig): Promise<NodeHealth> {
  const probes = {
    pd: () => probePd(ask, node, config),
    tikv: () => probeStatus(ask, PORTS.tikv.status, '/status'),
    tidb: () => probeTidb(ask),
    tiflash: () => probeStatus(ask, PORTS.tiflash.status, '/status'),
    ticdc: () => probeStatus(ask, PORTS.ticdc.api, cdcPath(config.version)),
  };
  return probes[roleOf(node)]();
}

const cdcPath = (version: string): string =>
  has(version, 'ticdc api v2') ? '/api/v2/health' : '/status';

async function probeStatus(ask: Ask, port: number, path: string): Promise<NodeHealth> {
  const answer = await askHttp(ask, port, 'GET', path, LIMIT_MS);
  if (!answer) return NO_ANSWER;
  return answer.status === 200 ? HEALTHY : unwell(`${path} says ${answer.status}`);
}

const unwell = (detail: string): NodeHealth => ({ health: 'unhealthy', detail, leader: null });

async function probeTidb(ask: Ask): Promise<NodeHealth> {
  const health = await probeStatus(ask, PORTS.tidb.status, '/status');
  if (health.health !== 'healthy') return health;
  const info = await getJson<{ is_owner?: boolean }>(ask, PORTS.tidb.status, '/info');
  if (info?.is_owner === undefined) return health;
  const brief = info.is_owner ? 'DDL owner' : '-';
  return { ...health, facts: { ddlOwner: info.is_owner }, brief };
}

async function probePd(ask: Ask, { name }: Node, config: TidbConfig): Promise<NodeHealth> {
  const { answered, leader, term } = await ownWord(ask);
  if (!answered) return NO_ANSWER;
  if (!leader) return { health: 'unhealthy', detail: 'no leader', leader: false, term };
  const said: NodeHealth = { ...HEALTHY, leader: leader === name, follows: leader, term };
  if (!said.leader) return said;
  const facts = await clusterFacts(ask, config);
  const { stores, storesUp, replication = '' } = facts;
  return { ...said, facts, brief: `${storesUp}/${stores} stores up ${replication}`.trim() };
}

/** Only PDs make one: a store leads some regions and follows in others. */
export async function claim({ ask }: NodeAccess, node: Node): Promise<Claim | undefined> {
  if (roleOf(node) !== 'pd') return undefined;
  const { answered, leader, term } = await ownWord(ask);
  return answered ? { leader: leader === node.name, term } : undefined;
}

/**
 * Who leads in the eyes of this PD, and the term of the etcd inside: of two that say they lead, the
 * one of the higher term does.
 */
async function ownWord(ask: Ask) {
  const port = PORTS.pd.client;
  const [members, status] = await Promise.all([
    askHttp(ask, port, 'GET', '/pd/api/v1/members', LIMIT_MS, OWN_WORD),
    askHttp(ask, port, 'POST', '/v3/maintenance/status', LIMIT_MS),
  ]);
  const known = members?.status === 200 ? parseJson<Members>(members.body) : undefined;
  const term = Number((status && parseJson<{ raftTerm?: string }>(status.body)?.raftTerm) ?? 0);
  // Without a quorum some PDs are late with their members.
  const answered = (members ?? status) !== undefined;
  return { answered, leader: known?.leader?.name, term };
}

interface Members {
  readonly leader?: { readonly name?: string };
}

interface Stores {
  readonly stores?: readonly {
    readonly store: { readonly address: string; readonly state_name: string };
    readonly status: { readonly leader_count?: number };
  }[];
}

interface ClusterFacts extends Record<string, string | number> {
  /** How many there should be. */
  readonly stores: number;
  readonly storesUp: number;
}

/** What only the PD that leads knows: which stores are Up, and how many regions each leads. */
async function clusterFacts(ask: Ask, config: TidbConfig): Promise<ClusterFacts> {
  const port = PORTS.pd.client;
  const [found, mode] = await Promise.all([
    getJson<Stores>(ask, port, '/pd/api/v1/stores'),
    replicationState(ask, config),
  ]);
  const stores = (found?.stores ?? []).map(({ store, status }) => ({
    name: store.address.split(':')[0]!,
    state: store.state_name,
    leaders: status.leader_count ?? 0,
  }));
  const words = (all: typeof stores, word: (store: (typeof stores)[number]) => string) =>
    all
      .map((store) => `${store.name} ${word(store)}`)
      .sort()
      .join(' ');
  const notUp = stores.filter(({ state }) => !['Up', 'Tombstone'].includes(state));
  return {
    stores: config.tikv.count + (config.mode === 'tidb' ? config.tiflash.count : 0),
    storesUp: stores.filter(({ state }) => state === 'Up').length,
    ...(notUp.length && { storesNotUp: words(notUp, ({ state }) => state) }),
    regionLeaders: words(stores, ({ leaders }) => String(leaders)),
    ...mode,
  };
}

async function replicationState(ask: Ask, { replication }: TidbConfig) {
  if (replication.mode === 'majority') return {};
  const path = '/pd/api/v1/replication_mode/status';
  const found = await getJson<{ 'dr-auto-sync'?: { state: string } }>(ask, PORTS.pd.client, path);
  return { replication: found?.['dr-auto-sync']?.state ?? 'unknown' };
}

/** Why the cluster is not ready: a node, PDs that disagree, or stores that PD does not see Up. */
export function unready(healths: ReadonlyMap<string, NodeHealth>): string | undefined {
  for (const [name, { health, detail }] of healths)
    if (health !== 'healthy') return `${name}: ${detail}`;
  const all = [...healths.values()];
  const leaders = new Set(all.flatMap(({ follows }) => follows ?? []));
  if (leaders.size !== 1) return 'the PDs do not agree on a leader';
  const {
    stores = 0,
    storesUp = 0,
    storesNotUp = '',
  } = all.find(({ leader, facts }) => leader && facts)?.facts ?? {};
  return Number(storesUp) < Number(stores)
    ? `${storesUp} of ${stores} stores are Up ${storesNotUp}`.trim()
    : undefined;
}

async function getJson<T>(ask: Ask, port: number, path: string): Promise<T | undefined> {
  const answer = await askHttp(ask, port, 'GET', path, LIMIT_MS);
  return answer?.status === 200 ? parseJson<T>(answer.body) : undefined;
}
