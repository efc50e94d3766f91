// Which stores PD's placement rules put replicas on, as PD itself matches them: read in
// server/schedule/placement/label_constraint.go at v4.0.7 to v8.5.3.
import type { LeadingPd } from './leading-pd.ts';

interface LabelConstraint {
  readonly key: string;
  readonly op: 'in' | 'notIn' | 'exists' | 'notExists';
  readonly values?: readonly string[];
}

/** What PD tells of a rule; TiDB makes those of the group `tiflash`, one for a table. */
export interface PdRule {
  readonly group_id: string;
  readonly id: string;
  readonly count: number;
  readonly start_key?: string;
  readonly end_key?: string;
  /** In place of those before it, of the same group and keys. */
  readonly override?: boolean;
  readonly label_constraints?: readonly LabelConstraint[];
}

interface Labelled {
  readonly labels?: readonly { readonly key: string; readonly value: string }[];
}

const PRECONDITION_FAILED = 412;
const MAX_REPLICAS = 'max-replicas';

/** Those in force; a text says why they cannot be told. */
export async function rulesOf({ call }: LeadingPd): Promise<readonly PdRule[] | string> {
  const rules = await call<readonly PdRule[]>('GET', '/pd/api/v1/config/rules');
  if (rules.value) return rules.value;
  if (rules.status !== PRECONDITION_FAILED) return rules.refused!;
  // They are off: all stores are alike.
  const config = await call<Record<string, number>>('GET', '/pd/api/v1/config/replicate');
  const count = config.value?.[MAX_REPLICAS];
  return count === undefined ? config.refused! : [{ group_id: 'pd', id: MAX_REPLICAS, count }];
}

/** True for the rule that PD makes of max-replicas. */
export const isOfMaxReplicas = ({ group_id: group, id }: PdRule): boolean =>
  group === 'pd' && [MAX_REPLICAS, 'default'].includes(id);

/** A store with a label such as `engine` is only for the rules that name that label. */
export function matches({ label_constraints: constraints = [] }: PdRule, { labels }: Labelled) {
  const own = new Map(labels?.map(({ key, value }) => [key, value]));
  const isExclusive = (key: string) => key.startsWith('$') || ['engine', 'exclusive'].includes(key);
  const isNamed = (key: string) => constraints.some((each) => each.key === key);
  if ([...own.keys()].some((key) => isExclusive(key) && !isNamed(key))) return false;
  return constraints.every(({ key, op, values = [] }) => {
    const label = own.get(key) ?? '';
    const isIn = label !== '' && values.includes(label);
    return { in: isIn, notIn: !isIn, exists: label !== '', notExists: label === '' }[op];
  });
}

/** Rules for the same regions, each replica of which is on a store of its own. */
export function ofSameRegions(rules: readonly PdRule[]): readonly PdRule[][] {
  const sets = new Map<string, PdRule[]>();
  for (const rule of rules) {
    const { group_id: group, start_key: start, end_key: end, override } = rule;
    const key = [group, start, end].join(' ');
    sets.set(key, [...(override ? [] : (sets.get(key) ?? [])), rule]);
  }
  return [...sets.values()];
}

/** Whether all their replicas have a place: one that is in the way moves on where it can. */
export function haveRoom(rules: readonly PdRule[], stores: readonly Labelled[]): boolean {
  const taken = new Map<Labelled, PdRule>();
  const place = (rule: PdRule, tried: Set<Labelled>): boolean =>
    stores.some((store) => {
      if (tried.has(store) || !matches(rule, store)) return false;
      tried.add(store);
      const other = taken.get(store);
      if (other && !place(other, tried)) return false;
      taken.set(store, rule);
      return true;
    });
  const replicas = rules.flatMap((rule) => Array.from({ length: rule.count }, () => rule));
  return replicas.every((rule) => place(rule, new Set()));
}
