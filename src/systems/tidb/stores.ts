// How stores, of TiKV and TiFlash, come to a cluster that runs and leave it: PD moves what a store
// holds to others and then makes it a tombstone. Read in PD's sources (server/api/store.go,
// RemoveStore) and in tiup's scale-in, whose order of steps this is.
import { LabError } from '../../errors.ts';
import type { Node } from '../../stack/model.ts';
import type { Scaling } from '../../stack/scaling.ts';
import { byPd, type LeadingPd, leadingPd } from './leading-pd.ts';
import {
  haveRoom,
  isOfMaxReplicas,
  matches,
  ofSameRegions,
  type PdRule,
  rulesOf,
} from './pd-rules.ts';
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
/** Of a store that PD was told of already. */
const LEFT = ['Offline', 'Tombstone'];

/** Before 5.0 PD has its placement rules off, without which TiFlash does not start. */
export const join = byPd(async (pd, node, nodes) => {
  const { found, refused } = await storesOf(pd, node);
  if (refused) return refused;
  const [old] = found;
  if (old) return `PD still has store ${old.store.id} of that name, ${old.store.state_name}`;
  const { config } = nodes.find(({ node: { group } }) => group === node.group)!;
  if (roleOf(node) !== 'tiflash' || has(read(config).version, 'placement rules by default'))
    return undefined;
  const rules = { 'enable-placement-rules': 'true' };
  return (await pd.call('POST', '/pd/api/v1/config/replicate', rules)).refused;
});

export const settle = byPd(async (pd, node) => {
  const { found, refused } = await storesOf(pd, node);
  if (refused) return refused;
  const state = found[0]?.store.state_name;
  if (!state) return 'its store is not known to PD yet';
  // One that is Down or Disconnected has been in.
  return state === 'Offline' ? 'its store is Offline' : undefined;
});

export const leave = byPd(async (pd, node) => {
  const { found, buried, refused } = await storesOf(pd, node);
  if (refused) return refused;
  const [own] = found;
  if (!own && buried)
    return (await pd.call('DELETE', '/pd/api/v1/stores/remove-tombstone')).refused;
  if (!own) return undefined;
  const { store, status } = own;
  if (store.state_name === 'Offline') return `Offline, ${status.region_count ?? 0} regions left`;
  const unknown = await refuseStuck(pd, [node]);
  if (unknown) return unknown;
  const answer = await pd.call('DELETE', `/pd/api/v1/store/${store.id}`);
  if (answer.status === 400) throw stays([node.name], `PD says: ${answer.refused}`);
  return answer.refused ?? 'PD takes its regions away';
});

/** PD was told of it, or has its tombstone. */
export const isLeaving: NonNullable<Scaling['isLeaving']> = async (node, nodes) => {
  const pd = await leadingPd(node, nodes);
  if (typeof pd === 'string') return false;
  const { found, buried } = await storesOf(pd, node);
  return found.length ? found[0]!.store.state_name === 'Offline' : buried;
};

/** Where PD cannot tell, `leave` waits until it can. */
export const check: NonNullable<Scaling['check']> = async (leaving, nodes) => {
  const pd = leaving.length ? await leadingPd(leaving[0]!, nodes) : '';
  if (typeof pd !== 'string') await refuseStuck(pd, leaving);
};

/** Addresses that a store had before are there as tombstones. */
async function storesOf(pd: LeadingPd, { name }: Node) {
  const { value, refused } = await pd.call<Stores>('GET', STORES);
  const own = (value?.stores ?? []).filter(({ store }) => nameOf(store) === name);
  return {
    refused,
    found: own.filter(({ store }) => store.state_name !== 'Tombstone'),
    buried: own.length > 0,
  };
}

const nameOf = ({ address }: Store): string => address.split(':')[0]!;

/**
 * PD would keep a store Offline for ever where what it holds has no other store to go to. A text
 * says why that cannot be told.
 */
async function refuseStuck(pd: LeadingPd, leaving: readonly Node[]): Promise<string | undefined> {
  const { value, refused } = await pd.call<Stores>('GET', STORES);
  if (!value) return refused;
  const rules = await rulesOf(pd);
  if (typeof rules === 'string') return rules;
  const names = leaving.map(({ name }) => name);
  const stores = (value.stores ?? []).map(({ store }) => store);
  const going = stores.filter(
    (store) => names.includes(nameOf(store)) && !LEFT.includes(store.state_name),
  );
  const up = stores.filter((store) => !names.includes(nameOf(store)) && store.state_name === 'Up');
  const of = (some: readonly Store[], by: readonly PdRule[]) =>
    some.filter((store) => by.some((rule) => matches(rule, store)));
  const sets = ofSameRegions(rules);
  const short = [...sets.flat().map((rule) => [rule]), ...sets].find(
    (set) => of(going, set).length && !haveRoom(set, up),
  );
  if (!short) return undefined;
  const { length: has } = of(up, short);
  const group = short[0]!.group_id;
  const hint =
    group === 'tiflash'
      ? `ALTER TABLE ... SET TIFLASH REPLICA ${has} for its tables`
      : short.every(isOfMaxReplicas)
        ? `labctl client ${pd.name} -- config set max-replicas ${Math.max(1, has)}`
        : `labctl client ${pd.name} -- config placement-rules show`;
  const count = short.reduce((sum, rule) => sum + rule.count, 0);
  const ids = short.map(({ id }) => `${group}/${id}`).join(' and ');
  const others = `${has} other ${has === 1 ? 'store is' : 'stores are'} Up`;
  const why = `PD keeps ${count} replicas by ${ids}, and ${others}`;
  throw stays(of(going, short).map(nameOf).sort(), why, hint);
}

const stays = (names: readonly string[], why: string, hint?: string) =>
  new LabError(
    'node-state',
    `${names.join(' ')} cannot go: ${why}`,
    hint === undefined ? {} : { hint },
  );
