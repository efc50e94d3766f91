// How members join an etcd cluster and leave it, over etcd's JSON gateway. From 3.4 on a member
// joins as a learner, which has no vote until it has the others' log: a quorum never has to wait
// for it. Facts read in etcd's sources at v3.3.25 and v3.5.21.
import type { Node } from '../../stack/model.ts';
import type { ReachedNode, ScaleStep } from '../../stack/scaling.ts';
import { parseJson } from '../ask-http.ts';
import { askGateway, type MemberStatus, minor, PEER_PORT } from './gateway.ts';

/** A change of members is answered when it is committed; etcd's own limit is 7 s. */
const LIMIT_MS = 8_000;

interface Member {
  readonly ID: string;
  /** Absent until it has started. */
  readonly name?: string;
  readonly peerURLs: readonly string[];
  readonly isLearner?: boolean;
}

/** The cluster as the one who leads sees it. */
interface Cluster {
  readonly leader: ReachedNode;
  readonly leaderId: string;
  readonly members: readonly Member[];
  /** True when all members know learners. */
  readonly learners: boolean;
}

/** `member add`. */
export const join: ScaleStep = async (node, nodes) => {
  const cluster = await clusterOf(node, nodes);
  if (typeof cluster === 'string') return cluster;
  const member = memberOf(cluster, node);
  if (member && !member.name) return undefined;
  if (member) {
    const answer = await call(cluster.leader, 'cluster/member/remove', { ID: member.ID });
    return answer.refused ?? 'a member of that name was there, whose data is gone';
  }
  const url = `http://${node.name}:${PEER_PORT}`;
  const learner = cluster.learners ? { isLearner: true } : {};
  const answer = await call(cluster.leader, 'cluster/member/add', { peerURLs: [url], ...learner });
  return answer.refused;
};

/** `member promote`, which etcd refuses until the learner has caught up. */
export const settle: ScaleStep = async (node, nodes) => {
  const cluster = await clusterOf(node, nodes);
  if (typeof cluster === 'string') return cluster;
  const member = memberOf(cluster, node);
  if (!member?.name) return 'not started as a member yet';
  if (!member.isLearner) return undefined;
  return (await call(cluster.leader, 'cluster/member/promote', { ID: member.ID })).refused;
};

/** `member remove`; a leader hands over first. */
export const leave: ScaleStep = async (node, nodes) => {
  const cluster = await clusterOf(node, nodes);
  if (typeof cluster === 'string') return cluster;
  const { leader, leaderId, members } = cluster;
  const member = memberOf(cluster, node);
  if (!member) return undefined;
  if (member.ID !== leaderId)
    return (await call(leader, 'cluster/member/remove', { ID: member.ID })).refused;
  const voters = members.filter(({ isLearner }) => !isLearner);
  // The lowest number: a higher one may be the next to go.
  const [heir] = nodes.flatMap((other) =>
    other.node.name === node.name ? [] : (memberOf({ members: voters }, other.node) ?? []),
  );
  if (!heir) return 'it leads, and nobody else can';
  await call(leader, 'maintenance/transfer-leadership', { targetID: heir.ID });
  return `it leads; handing over to ${heir.name}`;
};

/** No member: one that joins is added before it has a container. */
export async function isLeaving(node: Node, nodes: readonly ReachedNode[]): Promise<boolean> {
  const cluster = await clusterOf(node, nodes);
  return typeof cluster !== 'string' && !memberOf(cluster, node);
}

/** Why it cannot be told, as a text. */
async function clusterOf(
  { group }: Node,
  nodes: readonly ReachedNode[],
): Promise<Cluster | string> {
  const own = nodes.filter(({ node }) => node.group === group);
  const words = await Promise.all(own.map((each) => call(each, 'maintenance/status', {})));
  const leaders = own
    .map((each, i) => ({ each, ...(words[i] as Partial<MemberStatus>) }))
    .filter(({ leader, header }) => leader && leader === header?.member_id)
    .sort((a, b) => Number(b.raftTerm) - Number(a.raftTerm)); // one that is cut off has an old term
  const [first] = leaders;
  if (!first) return 'no leader';
  const answer = await call(first.each, 'cluster/member/list', {});
  const { members } = answer as { members?: readonly Member[] };
  if (!members) return answer.refused ?? 'no answer';
  const learners = own.every(({ config }) => minor(config) >= 4);
  return { leader: first.each, leaderId: first.leader!, members, learners };
}

const memberOf = ({ members }: Pick<Cluster, 'members'>, { name }: Node): Member | undefined =>
  members.find(({ peerURLs }) => peerURLs.includes(`http://${name}:${PEER_PORT}`));

interface Answer {
  /** `unhealthy cluster`: what etcd refuses a change for. */
  readonly refused?: string;
  readonly [key: string]: unknown;
}

/** Builds differ in where an error has its words. */
async function call({ access, config }: ReachedNode, path: string, body: object): Promise<Answer> {
  const answer = await askGateway(access.ask, config, path, body, LIMIT_MS);
  const said = answer && parseJson<Answer>(answer.body);
  if (!said) return { refused: 'no answer' };
  if (answer.status === 200) return said;
  const { message, error = `status ${answer.status}` } = said;
  return { refused: String(message ?? error).replace(/^etcdserver: /, '') };
}
