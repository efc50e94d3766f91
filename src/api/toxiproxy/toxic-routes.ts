// The routes of toxics: faults of one direction of one edge.
import type { LabEdge } from '../../lab/edges.ts';
import { type ApiRequest, json, type Reply } from '../http.ts';
import type { ApiLab } from '../lab.ts';
import { refusal } from './errors.ts';
import { FROM, proxyOf } from './proxies.ts';
import { edgeOf } from './proxy-routes.ts';
import { changeToxic, readToxic, type Toxic, toxicToFault } from './toxics.ts';

export const listToxics = async (lab: ApiLab, request: ApiRequest): Promise<Reply> =>
  json(200, proxyOf(await edgeOf(lab, request)).toxics);

export async function showToxic(lab: ApiLab, request: ApiRequest): Promise<Reply> {
  const [, toxic] = await toxicOf(lab, request);
  return json(200, toxic);
}

/** A name is taken by any fault of the edge, also by one that no toxic stands for. */
export async function createToxic(lab: ApiLab, request: ApiRequest): Promise<Reply> {
  const edge = await edgeOf(lab, request);
  const toxic = readToxic(request.body);
  if (edge.faults.some(({ id }) => id === toxic.name)) throw refusal(409, 'toxic already exists');
  return setToxic(lab, edge, toxic);
}

export async function updateToxic(lab: ApiLab, request: ApiRequest): Promise<Reply> {
  const [edge, toxic] = await toxicOf(lab, request);
  return setToxic(lab, edge, changeToxic(toxic, request.body));
}

export async function deleteToxic(lab: ApiLab, request: ApiRequest): Promise<Reply> {
  const [edge, { name }] = await toxicOf(lab, request);
  await lab.clearFaults(edge.name, [name]);
  return { status: 204 };
}

async function toxicOf(lab: ApiLab, request: ApiRequest): Promise<[LabEdge, Toxic]> {
  const edge = await edgeOf(lab, request);
  const toxic = proxyOf(edge).toxics.find(({ name }) => name === request.params.toxic);
  if (toxic) return [edge, toxic];
  throw refusal(404, 'toxic not found');
}

async function setToxic(lab: ApiLab, edge: LabEdge, toxic: Toxic): Promise<Reply> {
  const fault = toxicToFault(toxic);
  await lab.addFault({ edges: [edge.name], id: toxic.name, from: FROM, ...fault });
  return json(200, toxic);
}
