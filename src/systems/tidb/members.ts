// How PDs join a cluster that runs and leave it. A new one adds itself to the etcd inside
// (`--join`); what is here sees to it that it can. Read in PD's sources: server/join/join.go,
// server/api/member.go.
import type { Node } from '../../stack/model.ts';
import type { Scaling } from '../../stack/scaling.ts';
import { askHttp } from '../ask-http.ts';
import { byPd, type LeadingPd, leadingPd } from './leading-pd.ts';
import { PORTS } from './roles.ts';

const MEMBERS = '/pd/api/v1/members';
const PING = '/pd/api/v1/ping';
const LIMIT_MS = 2_000;

interface Member {
  /** Empty until it has started. */
  readonly name?: string;
  readonly member_id: string;
  readonly peer_urls: readonly string[];
  readonly client_urls?: readonly string[];
}

interface Members {
  readonly members: readonly Member[];
  readonly leader?: { readonly name: string };
  readonly etcd_leader?: { readonly name: string };
}

/**
 * Waits until the etcd inside takes a new member. PD asks it once and ends when it is refused, so
 * it is asked before, for a place that is taken: to that it says no in other words.
 */
export const join = byPd(async (pd, node) => {
  const { value, refused } = await pd.call<Members>('GET', MEMBERS);
  if (!value) return refused;
  const member = memberOf(value, node);
  if (member) return (await remove(pd, member)) ?? 'a member of that name was there, without data';
  const { peer_urls: peerURLs } = value.members[0]!;
  const answer = await pd.call('POST', '/v3/cluster/member/add', { peerURLs });
  return answer.refused === 'Peer URLs already exists' ? undefined : answer.refused;
});

export const settle = byPd(async (pd, node) => {
  const { value, refused } = await pd.call<Members>('GET', MEMBERS);
  if (!value) return refused;
  const member = memberOf(value, node);
  return member?.name && member.client_urls?.length ? undefined : 'not started as a member yet';
});

/** One that leads hands over first. */
export const leave = byPd(async (pd, node, nodes) => {
  const { value, refused } = await pd.call<Members>('GET', MEMBERS);
  if (!value) return refused;
  const member = memberOf(value, node);
  if (!member) return undefined;
  const { leader, etcd_leader: etcdLeader } = value;
  if (![leader?.name, etcdLeader?.name].includes(node.name)) return remove(pd, member);
  // The lowest number: a higher one may be the next to go.
  const heir = nodes.find(
    ({ node: other }) => other.name !== node.name && memberOf(value, other)?.name === other.name,
  );
  if (!heir) return 'it leads, and nobody else can';
  const { name } = heir.node;
  const transfer = await pd.call('POST', `/pd/api/v1/leader/transfer/${name}`);
  return `it leads; ${transfer.refused ?? `handing over to ${name}`}`;
});

/** One that is yet to add itself does not answer on its port. */
export const isLeaving: NonNullable<Scaling['isLeaving']> = async (node, nodes) => {
  const pd = await leadingPd(node, nodes);
  if (typeof pd === 'string') return false;
  const { value } = await pd.call<Members>('GET', MEMBERS);
  if (!value || memberOf(value, node)) return false;
  const own = nodes.find(({ node: { name } }) => name === node.name);
  return !own || Boolean(await askHttp(own.access.ask, PORTS.pd.client, 'GET', PING, LIMIT_MS));
};

/** By its id: one that never started has no name. */
const remove = async (pd: LeadingPd, { member_id: id }: Member): Promise<string | undefined> =>
  (await pd.call('DELETE', `${MEMBERS}/id/${id}`)).refused;

const memberOf = ({ members }: Members, { name }: Node): Member | undefined =>
  members.find(({ peer_urls: urls }) => urls.includes(`http://${name}:${PORTS.pd.peer}`));
