// Placement rules, as PD takes them at POST /pd/api/v1/config/rule: it has no file for them, and
// takes none before the first store has joined.
import { isDeepStrictEqual } from 'node:util';
import type { BootStep, ConfigOf, GroupProblem } from '../../stack/group.ts';
import type { Ask, Node } from '../../stack/model.ts';
import { askHttp } from '../ask-http.ts';
import { zoneLabel } from './config.ts';
import { ofRole, PORTS } from './roles.ts';
import { read, type TidbConfig } from './schema.ts';

type PlacementRule = Readonly<Record<string, unknown>>;

/**
 * The stack's own rules; for dr-auto-sync else one for each zone: voters where clients are, which
 * may become leaders, and followers in the other. Empty: PD's default rule stays.
 */
export function placementRules(config: TidbConfig, peers: readonly Node[]): PlacementRule[] {
  const { placement_rules: own, replication } = config;
  if (own) return own.map((rule) => ({ ...RULE, ...rule }));
  if (replication.mode !== 'dr-auto-sync') return [];
  const key = zoneLabel(config, peers);
  const rule = (zone: string, role: string, count: number): PlacementRule => ({
    ...RULE,
    id: `${key}-${zone}`,
    role,
    count,
    label_constraints: [{ key, op: 'in', values: [zone] }],
    location_labels: ['host'],
  });
  return [
    rule(replication.primary!, 'voter', replication.primary_replicas),
    rule(replication.dr!, 'follower', replication.dr_replicas),
  ];
}

/** Zones of dr-auto-sync in which no store, or too few, stand. */
export function zoneProblems(config: TidbConfig, nodes: readonly Node[]): GroupProblem[] {
  const { replication, placement_rules: own } = config;
  if (replication.mode !== 'dr-auto-sync') return [];
  const stores = ofRole(nodes, 'tikv');
  const count = (zone: string) => stores.filter((store) => store.zone === zone).length;
  const zones = [...new Set(stores.flatMap(({ zone }) => zone ?? []))];
  const said = zones.map((zone) => `${zone} (${count(zone)})`).join(', ') || 'none';
  const hint = `zones with stores: ${said}; zones: {east: [tikv-1, tikv-2]} says who stands where`;
  return (['primary', 'dr'] as const).flatMap((key) => {
    const zone = replication[key]!;
    const there = count(zone);
    const replicas = own ? 1 : replication[`${key}_replicas`];
    if (there >= replicas) return [];
    const message = there
      ? `${zone} has ${there} TiKV for ${replicas} replicas (${key}_replicas)`
      : `no TiKV stands in a zone ${zone}`;
    return [{ path: ['replication', key], message, hint }];
  });
}

/** All keys, in the group that PD's own default rule is in. */
const RULE = { group_id: 'pd', start_key: '', end_key: '' } as const;

const LIMIT_MS = 5_000;
const RULES = '/pd/api/v1/config/rules/group/pd';
const RULE_AT = '/pd/api/v1/config/rule';
/** PD makes it itself, and it asks for the replicas that the stack's rules ask for too. */
const DEFAULT_RULE = 'default';

/** Puts the rules into PD, and takes its default rule away. They stay there, so mostly it looks. */
export function placementSteps(nodes: readonly Node[], configOf: ConfigOf): BootStep[] {
  const pds = ofRole(nodes, 'pd');
  const [store] = ofRole(nodes, 'tikv');
  const wanted = placementRules(read(configOf(pds[0]!)), nodes);
  if (!wanted.length) return [];
  const step: BootStep = {
    node: store!,
    name: 'placement rules',
    async run(access) {
      for (const pd of pds) {
        const changed = await putRules(access.of(pd).ask, wanted);
        if (changed !== undefined)
          return { done: true, ...(changed && { words: `${changed} set` }) };
      }
      return { done: false, words: 'PD does not take them yet' };
    },
  };
  return [step];
}

/** How many were put there; undefined when this PD does not take them now. */
async function putRules(ask: Ask, wanted: readonly PlacementRule[]): Promise<number | undefined> {
  const send = (method: 'GET' | 'POST' | 'DELETE', path: string, body = '') =>
    askHttp(ask, PORTS.pd.client, method, path, LIMIT_MS, { body });
  const found = await send('GET', RULES);
  if (found?.status !== 200) return undefined;
  const there = (JSON.parse(found.body) ?? []) as PlacementRule[];
  const isThere = (rule: PlacementRule) =>
    there.some((one) => Object.keys(rule).every((key) => isDeepStrictEqual(one[key], rule[key])));
  const missing = wanted.filter((rule) => !isThere(rule));
  for (const rule of missing)
    if ((await send('POST', RULE_AT, JSON.stringify(rule)))?.status !== 200) return undefined;
  const isOwn = wanted.some(({ id }) => id === DEFAULT_RULE);
  if (!isOwn && there.some(({ id }) => id === DEFAULT_RULE)) {
    const gone = await send('DELETE', `${RULE_AT}/pd/${DEFAULT_RULE}`);
    if (gone?.status !== 200) return undefined;
  }
  return missing.length;
}
