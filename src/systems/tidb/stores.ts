// How stores, of TiKV and TiFlash, come to a cluster that runs and leave it: PD moves what a store
// holds to others and then makes it a tombstone. Read in PD's sources (server/api/store.go,
// RemoveStore) and in tiup's scale-in, whose order of steps this is.
import { LabError } from '../../errors.ts';
import type { Node } from '../../stack/model.ts';
import type { ScaleStep } from '../../stack/scaling.ts';
import { type LeadingPd, leadingPd } from './leading-pd.ts';
import { isOfMaxReplicas, matches, type PdRule, rulesOf } from './pd-rules.ts';
import { roleOf } from './roles.ts';
import { read } from './schema.ts';
import { has } from './versions.ts';

export interface Store {
  readonly id: number;
  /** Of a TiFlash, where TiDB dials it: port 3930, not that of raft. */
  readonly address: string;
  readonly state_name: string;
  readonly labels?: readonly { readonly key: string; readonly value: string }[];
}

interface Stores {
  readonly stores?: readonly {
    readonly store: Store;
    readonly status: { readonly region_count?: number };
  }[];
}

/** Without the states it leaves tombstones out. */
const STORES = '/pd/api/v1/stores?state=0&state=1&state=2';

/** Before 5.0 PD has its placement rules off, without which TiFlash does not start. */
export const join: ScaleStep = async (node, nodes) => {
  const pd = await leadingPd(node, nodes);
  if (typeof pd === 'string') return pd;
  const { found, refused } = await storesOf(pd, node);
  if (refused) return refused;
  const [old] = found;
  if (old) return `PD still has store ${old.store.id} of that name, ${old.store.state_name}`;
  const { config } = nodes.find(({ node: { group } }) => group === node.group)!;
  if (roleOf(node) !== 'tiflash' || has(read(config).version, 'placement rules by default'))
    return undefined;
  const rules = { 'enable-placement-rules': 'true' };
  return (await pd.call('POST', '/pd/api/v1/config/replicate', rules)).refused;
};

export const settle: ScaleStep = async (node, nodes) => {
  const pd = await leadingPd(node, nodes);
  if (typeof pd === 'string') return pd;
  const { found, refused } = await storesOf(pd, node);
  if (refused) return refused;
  const state = found[0]?.store.state_name;
  return state === 'Up' ? undefined : `its store is ${state ?? 'not known to PD yet'}`;
};

export const leave: ScaleStep = async (node, nodes) => {
  const pd = await leadingPd(node, nodes);
  if (typeof pd === 'string') return pd;
  const { found, buried, others, refused } = await storesOf(pd, node);
  if (refused) return refused;
  const [own] = found;
  if (!own && buried)
    return (await pd.call('DELETE', '/pd/api/v1/stores/remove-tombstone')).refused;
  if (!own) return undefined;
  const { store, status } = own;
  if (store.state_name === 'Offline') return `Offline, ${status.region_count ?? 0} regions left`;
  const rules = await rulesOf(pd);
  if (typeof rules === 'string') return rules;
  refuseStuck(node, store, others, rules, pd);
  const answer = await pd.call('DELETE', `/pd/api/v1/store/${store.id}`);
  if (answer.status === 400) throw stays(node, `PD says: ${answer.refused}`);
  return answer.refused ?? 'PD takes its regions away';
};

/** Stores by the node's name; addresses that a store had before are there as tombstones. */
async function storesOf(pd: LeadingPd, { name }: Node) {
  const { value, refused } = await pd.call<Stores>('GET', STORES);
  const all = value?.stores ?? [];
  const isOwn = ({ address }: Store) => address.split(':')[0] === name;
  const own = all.filter(({ store }) => isOwn(store));
  return {
    refused,
    found: own.filter(({ store }) => store.state_name !== 'Tombstone'),
    buried: own.length > 0,
    others: all.map(({ store }) => store).filter((store) => !isOwn(store)),
  };
}

/** PD would keep it Offline for ever where what it holds has no other store to go to. */
function refuseStuck(
  node: Node,
  store: Store,
  others: readonly Store[],
  rules: readonly PdRule[],
  pd: LeadingPd,
) {
  const up = others.filter(({ state_name: state }) => state === 'Up');
  const left = (rule: PdRule) => up.filter((other) => matches(rule, other)).length;
  const short = rules.find((rule) => matches(rule, store) && left(rule) < rule.count);
  if (!short) return;
  const { group_id: group, id, count } = short;
  const has = left(short);
  const hint =
    group === 'tiflash'
      ? `ALTER TABLE ... SET TIFLASH REPLICA ${has} for its tables`
      : isOfMaxReplicas(short)
        ? `labctl client ${pd.name} -- config set max-replicas ${Math.max(1, has)}`
        : `labctl client ${pd.name} -- config placement-rules show`;
  const stores = `${has} other ${has === 1 ? 'store is' : 'stores are'} Up`;
  throw stays(node, `PD keeps ${count} replicas by ${group}/${id}, and ${stores}`, hint);
}

const stays = (node: Node, why: string, hint?: string) =>
  new LabError('node-state', `${node.name} cannot go: ${why}`, hint === undefined ? {} : { hint });
