// How nodes and edges are named on the command line: words for nodes (a name, a glob, a group, a
// role, a zone), and addresses of edges made of two of them. Pure: who leads is told from outside.
import { LabError } from '../errors.ts';
import { edgeName, HOST, type Model } from './model.ts';
import { type Named, selectNodes } from './select.ts';

export type { Named } from './select.ts';

/** `from:to`, with `::` for the edge the other way too; the port is a number or a port's name. */
export interface Address {
  readonly from: string;
  readonly to: string;
  readonly port?: string;
  readonly both: boolean;
}

/** Reads `a:b`, `a:b:2380`, `a::b`. Throws usage. What its words stand for is not looked at. */
export function parseAddress(text: string): Address {
  const [, from, colons, to, port] = /^([^:\s]+)(::?)([^:\s]+)(?::([\w-]+))?$/.exec(text) ?? [];
  if (!from || !to)
    throw new LabError('usage', `"${text}" is no edge`, {
      hint: 'an edge is written from:to, from:to:port, or from::to for both ways',
    });
  return { from, to, both: colons === '::', ...(port === undefined ? {} : { port }) };
}

/**
 * `leader`, `etcd-leader` (of the group etcd), `pd-leader` (of the role pd); `primary` and
 * `replica` are the words of others.
 */
const LIVE_ROLE = /^(?:(.+)-)?(leader|primary|follower|replica)$/;

/** As `selectNodes` finds them, whoever leads. `host` is itself alone. */
export const selectFixed = (word: string, nodes: readonly Named[]): readonly string[] =>
  word === HOST ? [HOST] : selectNodes(word, nodes);

/** True for a node of that group or that role. */
const isOf = ({ group, role }: Named, word: string): boolean => group === word || role === word;

/** True for a word whose bearers only the nodes themselves know: `leader`, `etcd-follower`. */
export const isLiveRole = (word: string, nodes: readonly Named[]): boolean => {
  const group = LIVE_ROLE.exec(word)?.[1];
  return LIVE_ROLE.test(word) && (!group || nodes.some((node) => isOf(node, group)));
};

/** Names of the nodes that bear a live role, of nodes that were asked. */
export function selectLive(word: string, nodes: readonly Named[]): readonly string[] {
  const [, group, role] = LIVE_ROLE.exec(word)!;
  const leads = role === 'leader' || role === 'primary';
  return nodes
    .filter((node) => node.leader === leads && (!group || isOf(node, group)))
    .map(({ name }) => name);
}

/** The words, roles and zones that a lab knows, for hints: `nodes: ...; zones: @eu, @us`. */
export function knownWords(nodes: readonly Named[]): string {
  const zones = new Set(nodes.flatMap(({ zone }) => (zone === undefined ? [] : [`@${zone}`])));
  const names = nodes.map(({ name }) => name).join(', ');
  const roles = nodes.length > 1 ? '; roles: leader, follower' : '';
  return `nodes: ${names}${roles}${zones.size ? `; zones: ${[...zones].join(', ')}` : ''}`;
}

/**
 * Names of the model's edges from one of these nodes to one of those, in the model's order, and the
 * one port of them that is meant. Throws edge-unknown, port-unknown.
 */
export function edgesBetween(
  { nodes, edges, stack }: Model,
  { from, to, port, both }: Address,
  fromNodes: readonly string[],
  toNodes: readonly string[],
): { readonly edges: readonly string[]; readonly port?: number } {
  const pairs = new Set(
    fromNodes.flatMap((a) =>
      toNodes.flatMap((b) => [edgeName(a, b), ...(both ? [edgeName(b, a)] : [])]),
    ),
  );
  const found = edges.filter(({ name }) => pairs.has(name));
  const written = `${from}${both ? '::' : ':'}${to}`;
  if (!found.length) {
    const names = edges.map(({ name }) => name);
    throw new LabError('edge-unknown', `lab ${stack.name} has no edge ${written}`, {
      hint: `edges: ${names.slice(0, 12).join(' ')}${names.length > 12 ? ' ...' : ''}`,
    });
  }
  if (port === undefined) return { edges: found.map(({ name }) => name) };
  const number = (to: string) =>
    /^\d+$/.test(port) ? Number(port) : nodes.find(({ name }) => name === to)?.ports[port];
  const withPort = found.filter((edge) => edge.ports.includes(number(edge.to) ?? -1));
  const numbers = new Set(withPort.map((edge) => number(edge.to)!));
  const [only] = numbers;
  if (only !== undefined && numbers.size === 1)
    return { edges: withPort.map(({ name }) => name), port: only };
  const ports = [...new Set(found.flatMap((edge) => edge.ports))].sort((a, b) => a - b);
  const problem = only === undefined ? 'has no port' : 'has several ports';
  throw new LabError('port-unknown', `edge ${written} ${problem} ${port}`, {
    hint: `ports: ${ports.join(', ')}`,
  });
}
