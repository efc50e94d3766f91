// The PD that leads, for the steps of scaling: the others pass most of what they are asked on to
// it, through proxies that may be cut.
import type { Node } from '../../stack/model.ts';
import type { ReachedNode, ScaleStep } from '../../stack/scaling.ts';
import { askHttp, parseJson } from '../ask-http.ts';
import { claim } from './probe.ts';
import { ofRole, PORTS } from './roles.ts';

/** PD and the etcd inside answer a change when it is committed. */
const LIMIT_MS = 8_000;

interface PdAnswer<T> {
  /** Set where PD did as it was told. */
  readonly value?: T;
  /** What it said where it did not. */
  readonly refused?: string;
  /** Absent when it did not answer. */
  readonly status?: number;
}

export interface LeadingPd {
  readonly name: string;
  call<T>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<PdAnswer<T>>;
}

/** A step that PD takes; it waits while none leads. */
export const byPd =
  (
    step: (pd: LeadingPd, node: Node, nodes: readonly ReachedNode[]) => ReturnType<ScaleStep>,
  ): ScaleStep =>
  async (node, nodes) => {
    const pd = await leadingPd(node, nodes);
    return typeof pd === 'string' ? pd : step(pd, node, nodes);
  };

/** A text says why there is none. */
export async function leadingPd(
  { group }: Node,
  nodes: readonly ReachedNode[],
): Promise<LeadingPd | string> {
  const own = nodes.filter(({ node }) => node.group === group && ofRole([node], 'pd').length);
  const claims = await Promise.all(own.map(({ access, node }) => claim(access, node)));
  const [first] = own
    .map(({ access, node: { name } }, i) => ({ name, ask: access.ask, ...claims[i] }))
    .filter(({ leader }) => leader)
    .sort((a, b) => b.term! - a.term!); // one that is cut off has an old term
  if (!first) return 'no PD leads';
  const { name, ask } = first;
  const call = async <T>(method: 'GET' | 'POST' | 'DELETE', path: string, body: object = {}) => {
    const text = JSON.stringify(body);
    const answer = await askHttp(ask, PORTS.pd.client, method, path, LIMIT_MS, { body: text });
    if (!answer) return { refused: 'PD does not answer' };
    const { status } = answer;
    const value = parse(answer.body);
    // To a change the status says all.
    if (status === 200 && (value !== undefined || method !== 'GET'))
      return { status, value: value as T };
    return { status, refused: wordsOf(value) ?? `PD says ${status} to ${path}` };
  };
  return { name, call };
}

/** PD refuses in a JSON text, the etcd inside it in an object. */
function wordsOf(said: unknown): string | undefined {
  if (typeof said === 'string') return said;
  const { message } = (said ?? {}) as { message?: string };
  return message?.replace(/^etcdserver: /, '');
}

/** The ids of members are too large for a number. */
const parse = (json: string): unknown =>
  parseJson(json.replace(/("member_id":\s*)(\d+)/g, '$1"$2"'));
