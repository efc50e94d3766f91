// Toxiproxy's HTTP API over the edges of a lab, so that its clients drive labs unchanged. Routes,
// statuses, defaults and words are those of toxiproxy's api.go and toxic_collection.go.
import { type ApiRequest, type Face, json, type Method, type Reply } from '../http.ts';
import type { ApiLab } from '../lab.ts';
import { refusal, toxiproxyFailure } from './errors.ts';
import { metricsOf } from './metrics.ts';
import * as proxies from './proxy-routes.ts';
import * as toxics from './toxic-routes.ts';

/** The toxiproxy whose API this is. */
const TOXIPROXY_VERSION = '2.12.0';

type Work = (lab: ApiLab, request: ApiRequest) => Promise<Reply>;

const proxy = '/proxies/{proxy}';
const toxic = `${proxy}/toxics/{toxic}`;

/** Updates are PATCH, and POST for older clients. */
const table: readonly [Method, string, Work][] = [
  ['GET', '/version', async () => json(200, { version: TOXIPROXY_VERSION })],
  ['GET', '/metrics', async (lab) => metricsOf(await lab.edges())],
  ['POST', '/reset', proxies.reset],
  ['POST', '/populate', proxies.populate],
  ['GET', '/proxies', proxies.listProxies],
  ['POST', '/proxies', proxies.createProxy],
  ['GET', proxy, proxies.showProxy],
  ['PATCH', proxy, proxies.updateProxy],
  ['POST', proxy, proxies.updateProxy],
  ['DELETE', proxy, proxies.deleteProxy],
  ['GET', `${proxy}/toxics`, toxics.listToxics],
  ['POST', `${proxy}/toxics`, toxics.createToxic],
  ['GET', toxic, toxics.showToxic],
  ['PATCH', toxic, toxics.updateToxic],
  ['POST', toxic, toxics.updateToxic],
  ['DELETE', toxic, toxics.deleteToxic],
];

export function toxiproxyFace(lab: ApiLab): Face {
  const routes = table.map(([method, path, work]) => {
    return { method, path, run: (request: ApiRequest) => work(lab, request) };
  });
  return { prefix: '/', routes, guard: refuseBrowsers, failed: toxiproxyFailure };
}

/** toxiproxy's own check; what the server refuses besides it does not know. */
function refuseBrowsers({ 'user-agent': agent }: Readonly<Record<string, unknown>>): void {
  if (String(agent ?? '').startsWith('Mozilla/')) throw refusal(403, 'User agent not allowed');
}
