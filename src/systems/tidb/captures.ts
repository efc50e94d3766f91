// How a TiCDC server leaves: its tables go to the others first. Read in tiup, which does the same
// before it stops one (cluster/api/cdcapi.go). A TiCDC without that API loses its tables when it is
// gone, and the others take them over.
import type { ScaleStep } from '../../stack/scaling.ts';
import { askHttp, type HttpAnswer, parseJson } from '../ask-http.ts';
import { ofRole, PORTS } from './roles.ts';

const LIMIT_MS = 5_000;
const CAPTURES = '/api/v1/captures';

interface Capture {
  readonly id: string;
  readonly address: string;
  readonly is_owner?: boolean;
}

const UNAVAILABLE = 503;

export const leave: ScaleStep = async ({ group, name }, nodes) => {
  const others = nodes.filter(
    ({ node }) => node.group === group && node.name !== name && ofRole([node], 'ticdc').length,
  );
  const [other] = others;
  if (!other) return undefined; // nobody takes its tables
  const send = (method: 'GET' | 'POST' | 'PUT', path: string, body = '') =>
    askHttp(other.access.ask, PORTS.ticdc.api, method, path, LIMIT_MS, { body });
  const captures = bodyOf<readonly Capture[]>(await send('GET', CAPTURES));
  const own = captures?.find(({ address }) => address === `${name}:${PORTS.ticdc.api}`);
  if (!own) return undefined;
  if (own.is_owner) {
    await send('POST', '/api/v1/owner/resign');
    return 'it is the owner; handing over';
  }
  const body = JSON.stringify({ capture_id: own.id });
  const drained = await send('PUT', `${CAPTURES}/drain`, body);
  // As while there is no owner. Servers of two versions never move tables.
  if (drained?.status === UNAVAILABLE && !drained.body.includes('ErrVersionIncompatible'))
    return 'TiCDC is not ready to move its tables';
  const left = bodyOf<{ current_table_count?: number }>(drained)?.current_table_count;
  return left ? `${left} tables left` : undefined;
};

const bodyOf = <T>(answer: HttpAnswer | undefined): T | undefined =>
  answer && answer.status < 300 ? parseJson<T>(answer.body) : undefined;
