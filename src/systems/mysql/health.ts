// What a server's state comes to for people: health, role, facts; and what shows only next to the
// primary's: the gap.
import type { Claim, NodeHealth } from '../../stack/model.ts';
import type { Dialect } from './dialect.ts';
import { countOf, minus, parseGtids } from './gtid.ts';
import { seenTerm, termOf } from './member.ts';
import type { Loading, ServerState } from './state.ts';

type Facts = NonNullable<NodeHealth['facts']>;

export function healthOf(name: string, state: ServerState, wantsSemiSync: boolean): NodeHealth {
  if (!state.settings) return { health: 'unhealthy', detail: 'not set up yet', leader: null };
  return state.following
    ? replicaHealth(state, state.following)
    : primaryHealth(name, state, wantsSemiSync);
}

export function silentHealth(loading: Loading | undefined): NodeHealth {
  const base = { health: 'unhealthy', leader: null } as const;
  if (!loading) return { ...base, detail: 'no answer' };
  const { file, kib } = loading;
  const what = file ? `loading ${file}` : 'making its data';
  return { ...base, detail: `${what}: ${Math.round(kib / 1024)} MiB so far`, progress: kib };
}

/** Lag is counted in transactions, where there are GTIDs. */
export function claimOf(state: ServerState, isCounted: boolean): Claim {
  const term = state.following ? 0 : termOf(state);
  const index = isCounted ? { index: countOf(state.executed) } : {};
  return { leader: term > 0, term, ...index };
}

function primaryHealth(name: string, state: ServerState, wantsSemiSync: boolean): NodeHealth {
  const { semiSync, isReadOnly, executedText, end } = state;
  const term = termOf(state);
  const fellBack = wantsSemiSync && !semiSync?.isOn;
  const facts = {
    term,
    gtids: executedText,
    position: `${end.file}:${end.position}`,
    ...(wantsSemiSync && { semiSync: !fellBack, acking: semiSync?.clients ?? 0 }),
  };
  const mode = fellBack ? 'semi-sync OFF: async' : `semi-sync, ${semiSync?.clients} acking`;
  const brief = wantsSemiSync ? mode : 'async';
  const base = { leader: term > 0, term, follows: name, facts, brief };
  if (!term) return { ...base, health: 'unhealthy', detail: 'follows nobody' };
  if (isReadOnly) return { ...base, health: 'unhealthy', detail: 'a primary, but read-only' };
  if (fellBack) return { ...base, health: 'unhealthy', detail: 'fell back to async' };
  return { ...base, health: 'healthy', detail: 'healthy' };
}

function replicaHealth(
  state: ServerState,
  following: NonNullable<ServerState['following']>,
): NodeHealth {
  const { executedText, isReadOnly } = state;
  const { source, receiver, applier, lagSeconds, applied, error } = following;
  const term = seenTerm(state);
  const facts = {
    source,
    receiver,
    applier,
    lagSeconds,
    gtids: executedText,
    position: `${applied.file}:${applied.position}`,
    ...(error && { error }),
  };
  const base = { leader: false, term, follows: source, facts, brief: briefOf(facts) };
  if (applier !== 'Yes')
    return { ...base, health: 'unhealthy', detail: `applier stopped${error && `: ${error}`}` };
  if (receiver !== 'Yes')
    return { ...base, health: 'unhealthy', detail: `no connection to ${source}` };
  if (!isReadOnly) return { ...base, health: 'unhealthy', detail: 'a replica, but takes writes' };
  return { ...base, health: 'healthy', detail: 'healthy' };
}

function briefOf({ source, receiver, applier, lagSeconds: lag, gap }: Facts): string {
  const words = [
    `of ${source}: receiver ${receiver}, applier ${applier}`,
    `lag ${lag === null ? '-' : `${lag}s`}`,
  ];
  return [...words, ...(gap === undefined ? [] : [`gap ${gap ?? '-'}`])].join(', ');
}

/**
 * Adds to replicas how far they are behind their source: transactions where there are GTIDs, else
 * bytes of its binlog. Of two primaries only the one of the higher term is healthy, and who
 * follows it.
 */
export function compareHealths(
  healths: ReadonlyMap<string, NodeHealth>,
  { flavour, gtid }: Dialect,
): ReadonlyMap<string, NodeHealth> {
  // A replica has the term of whom it follows, also when that one is down.
  const latest = Math.max(...[...healths.values()].map(({ term = 0 }) => term));
  const isLatest = ({ leader, term = 0 }: NodeHealth) => leader && term === latest;
  const primary = [...healths].find(([, health]) => isLatest(health))?.[0];
  const entries = [...healths].map(([name, health]): [string, NodeHealth] => {
    const { leader, term = 0, facts } = health;
    if (leader && term < latest) {
      const detail = 'a primary of old: labctl up takes it back';
      return [name, { ...health, health: 'unhealthy', detail }];
    }
    const isStray = primary && facts?.source && facts.source !== primary;
    const detail = isStray && `follows ${facts.source}, not ${primary}: labctl up takes it back`;
    const own = detail ? { ...health, health: 'unhealthy' as const, detail } : health;
    const source = facts?.source && healths.get(String(facts.source))?.facts;
    if (!facts || !source) return [name, own];
    const byGtid = gtid || flavour === 'mariadb';
    const gap = byGtid ? gtidGap(source, facts) : bytesGap(source, facts);
    const more = { ...facts, [byGtid ? 'gap' : 'gapBytes']: gap };
    const brief = briefOf({ ...facts, gap: byGtid || gap === null ? gap : `${gap} B` });
    return [name, { ...own, facts: more, brief }];
  });
  return new Map(entries);
}

const gtidGap = (source: Facts, replica: Facts): number =>
  countOf(minus(parseGtids(String(source.gtids)), parseGtids(String(replica.gtids))));

/** null across files: how long those are only the source knows. */
function bytesGap(source: Facts, replica: Facts): number | null {
  const [sourceFile, end] = String(source.position).split(':');
  const [file, applied] = String(replica.position).split(':');
  return file === sourceFile ? Number(end) - Number(applied) : null;
}
