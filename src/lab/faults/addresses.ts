// What words and addresses stand for in a lab right now. Nodes are asked who leads only when a word
// needs it, and once for all words of one command.
import { LabError } from '../../errors.ts';
import {
  type Address,
  edgesBetween,
  isLiveRole,
  knownWords,
  type Named,
  parseAddress,
  selectFixed,
  selectLive,
} from '../../stack/addresses.ts';
import { HOST } from '../../stack/model.ts';
import { didYouMean } from '../../stack/names.ts';
import { askRoles } from '../roles.ts';
import type { Session } from '../session.ts';

/** Finds nodes by words and remembers what the nodes said, for the time of one command. */
export interface Lookup {
  /** All that a word stands for, `host` too. Throws node-unknown, leader-unknown. */
  find(word: string): Promise<readonly string[]>;
  /** The nodes with who leads. Throws leader-unknown when nobody does. */
  asked(): Promise<readonly Named[]>;
  /** Roles, zones and globs that were looked up, and what they were resolved to. */
  readonly resolved: Record<string, string>;
}

export function openLookup(session: Session): Lookup {
  const { nodes } = session.model;
  const resolved: Record<string, string> = {};
  let answer: Promise<readonly Named[]> | undefined;
  const asked = () => {
    answer ??= askRoles(session);
    return answer;
  };
  return {
    resolved,
    asked,
    find: async (word) => {
      const fixed = selectFixed(word, nodes);
      const live = !fixed.length && isLiveRole(word, nodes);
      const found = live ? selectLive(word, await asked()) : fixed;
      if (!found.length) throw live ? nobodyIs(session, word) : unknownWord(session, word);
      if (found[0] !== word) resolved[word] = found.join(',');
      return found;
    },
  };
}

const nobodyIs = ({ name }: Session, role: string): LabError =>
  new LabError('leader-unknown', `no node of lab ${name} is ${role} now`);

function unknownWord({ model }: Session, word: string): LabError {
  const { nodes, stack } = model;
  const zones = nodes.flatMap(({ zone }) => (zone === undefined ? [] : [`@${zone}`]));
  const known = [HOST, 'leader', 'follower', ...zones, ...nodes.map(({ name }) => name)];
  const what = word.startsWith('@') ? 'zone' : /[*?]/.test(word) ? 'node like' : 'node';
  const text = `lab ${stack.name} has no ${what} "${word}"${didYouMean(word, known)}`;
  return new LabError('node-unknown', text, { hint: knownWords(nodes) });
}

/** The edges of an address, each once, and what its words stood for. */
interface ResolvedAddress {
  readonly edges: readonly string[];
  /** The one port that the address named. */
  readonly port?: number;
  readonly resolved: Readonly<Record<string, string>>;
}

/**
 * `etcd-1:etcd-2`, `etcd-*:etcd-1`, `leader:follower`, `@eu::@us`, `host:leader:client` -> edges of
 * this lab. A list `a,b` may stand on either side. Pass one lookup for several addresses.
 * Throws usage, node-unknown, leader-unknown, edge-unknown, port-unknown.
 */
export async function resolveAddress(
  session: Session,
  address: string | Address,
  lookup: Lookup = openLookup(session),
): Promise<ResolvedAddress> {
  const parsed = typeof address === 'string' ? parseAddress(address) : address;
  const [from, to] = [await findAll(lookup, parsed.from), await findAll(lookup, parsed.to)];
  return { ...edgesBetween(session.model, parsed, from, to), resolved: lookup.resolved };
}

/** The nodes of a list of words, `a,b`, each once. */
export const findAll = (lookup: Lookup, words: string): Promise<readonly string[]> =>
  findEach(lookup, words.split(',').filter(Boolean));

/** The nodes of words, each once. An empty word is unknown, as any other that names nobody. */
export async function findEach(
  lookup: Lookup,
  words: readonly string[],
): Promise<readonly string[]> {
  const found = new Set<string>();
  for (const word of words) for (const name of await lookup.find(word)) found.add(name);
  return [...found];
}
