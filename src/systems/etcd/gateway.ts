// etcd's JSON gateway, as its versions have it.
import type { Ask, SystemConfig } from '../../stack/model.ts';
import { askHttp, type HttpAnswer } from '../ask-http.ts';

export const CLIENT_PORT = 2379;
export const PEER_PORT = 2380;

/** What maintenance/status answers; `leader` is `0` where there is none. */
export interface MemberStatus {
  readonly header: { readonly member_id: string };
  readonly leader?: string;
  readonly raftTerm?: string;
  readonly raftIndex?: string;
}

/** Of 3.5.16 the 5. */
export const minor = ({ version }: SystemConfig): number =>
  Number(String(version).replace(/^v/, '').split('.')[1]);

/** undefined when the member does not answer in time. 3.3 has its gateway at /v3beta. */
export function askGateway(
  ask: Ask,
  config: SystemConfig,
  path: string,
  body: object,
  limitMs: number,
): Promise<HttpAnswer | undefined> {
  const url = `/${minor(config) >= 4 ? 'v3' : 'v3beta'}/${path}`;
  return askHttp(ask, CLIENT_PORT, 'POST', url, limitMs, { body: JSON.stringify(body) });
}
