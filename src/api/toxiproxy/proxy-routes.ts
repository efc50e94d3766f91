// The routes of proxies. The lab says what they are; all that can be changed is `enabled`.
import { LabError } from '../../errors.ts';
import type { LabEdge } from '../../lab/edges.ts';
import { type ApiRequest, json, type Reply } from '../http.ts';
import type { ApiLab } from '../lab.ts';
import { refusal } from './errors.ts';
import {
  CLOSED,
  closers,
  FROM,
  type ProxyWish,
  proxyOf,
  readProxies,
  readProxy,
  requireFields,
  requireSameAddresses,
} from './proxies.ts';

/** The edge that the path names. Throws ToxiproxyError. */
export async function edgeOf(lab: ApiLab, { params }: ApiRequest): Promise<LabEdge> {
  const [edge] = await lab.edges(params.proxy!);
  if (edge) return edge;
  throw refusal(404, 'proxy not found');
}

export async function listProxies(lab: ApiLab): Promise<Reply> {
  const proxies = (await lab.edges()).map(proxyOf);
  return json(200, Object.fromEntries(proxies.map((proxy) => [proxy.name, proxy])));
}

export const showProxy = async (lab: ApiLab, request: ApiRequest): Promise<Reply> =>
  json(200, proxyOf(await edgeOf(lab, request)));

/** Either it is there already, or it cannot be. */
export async function createProxy(lab: ApiLab, { body }: ApiRequest): Promise<Reply> {
  const wish = readProxy(body);
  requireFields(wish);
  requireEdge(lab, await lab.edges(), wish);
  throw refusal(409, 'proxy already exists');
}

/** All is checked before anything is changed. */
export async function populate(lab: ApiLab, { body }: ApiRequest): Promise<Reply> {
  const edges = await lab.edges();
  const wanted = readProxies(body).map((wish, i): [LabEdge, ProxyWish] => {
    requireFields(wish, ` at proxy ${i + 1}`);
    const edge = requireEdge(lab, edges, wish);
    requireSameAddresses(wish, proxyOf(edge));
    return [edge, wish];
  });
  for (const [edge, { enabled }] of wanted) await enable(lab, edge, enabled ?? true);
  const now = new Map((await lab.edges()).map((edge) => [edge.name, proxyOf(edge)]));
  return json(201, { proxies: wanted.map(([{ name }]) => now.get(name)) });
}

export async function updateProxy(lab: ApiLab, request: ApiRequest): Promise<Reply> {
  const edge = await edgeOf(lab, request);
  const wish = readProxy(request.body);
  requireSameAddresses(wish, proxyOf(edge));
  if (typeof wish.enabled === 'boolean') await enable(lab, edge, wish.enabled);
  return showProxy(lab, request);
}

export async function deleteProxy(lab: ApiLab, request: ApiRequest): Promise<Reply> {
  const { name } = await edgeOf(lab, request);
  const instead = 'set enabled to false, or POST /reset to put every edge back';
  throw refusal(405, `${name} is an edge of the lab and cannot be deleted; ${instead}`);
}

export async function reset(lab: ApiLab): Promise<Reply> {
  await lab.heal();
  return { status: 204 };
}

function requireEdge(lab: ApiLab, edges: readonly LabEdge[], { name }: ProxyWish): LabEdge {
  const edge = edges.find((each) => each.name === name);
  if (edge) return edge;
  const names = edges.map((each) => each.name).join(' ');
  throw refusal(400, `"${name}" is no edge of lab ${lab.name}; its proxies are ${names}`);
}

async function enable(lab: ApiLab, edge: LabEdge, enabled: boolean): Promise<void> {
  const { name, state } = edge;
  const closed = closers(edge);
  if (enabled && state === 'down')
    throw new LabError('proxy-unreachable', `the proxy of ${name} is down`);
  if (enabled && closed.length) await lab.clearFaults(name, closed);
  if (!enabled && !closed.length) await lab.addFault({ edges: [name], from: FROM, ...CLOSED });
}
