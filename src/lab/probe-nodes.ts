// Asks every node how it is, each through the proxy of its host edge but past that proxy's faults.
import type Docker from 'dockerode';
import type { Control } from '../control/client.ts';
import { runInContainer } from '../docker/exec.ts';
import { isDone, type ObservedContainer, ranOutOfMemory } from '../docker/observe.ts';
import { LabError } from '../errors.ts';
import {
  type Claim,
  configOf,
  hostEdge,
  isCustom,
  type Node,
  type NodeAccess,
  type NodeHealth,
} from '../stack/model.ts';
import type { ReachedNode } from '../stack/scaling.ts';
import { systems } from '../systems/index.ts';
import { type Controls, openControls } from './controls.ts';
import type { Session } from './session.ts';

/** Health by node name, in the order of the model. `controls` must hold the host edges. */
export async function probeNodes(
  session: Session,
  controls: Controls,
): Promise<Map<string, NodeHealth>> {
  const { nodes, stack } = session.model;
  const answers = await Promise.all(nodes.map((node) => probeNode(session, controls, node.name)));
  const healths = new Map(nodes.map(({ name }, i) => [name, answers[i]!]));
  for (const [group, config] of Object.entries(stack.systems)) {
    const compared = systems[config.system]!.compare?.(membersOf(session, group, healths), config);
    for (const [name, health] of compared ?? []) healths.set(name, health);
  }
  return healths;
}

const membersOf = (
  { model }: Session,
  group: string,
  healths: ReadonlyMap<string, NodeHealth>,
): Map<string, NodeHealth> =>
  new Map(
    model.nodes
      .filter((node) => node.group === group)
      .map(({ name }) => [name, healths.get(name)!]),
  );

async function probeNode(
  { docker, model, observed }: Session,
  controls: Controls,
  name: string,
): Promise<NodeHealth> {
  const node = model.nodes.find((candidate) => candidate.name === name)!;
  const container = observed.nodes.get(name);
  if (isCustom(node) && container && isDone(container))
    return { health: 'healthy', detail: 'done', leader: null };
  if (container?.state !== 'running') {
    const killed = container?.state === 'exited' && (await ranOutOfMemory(docker, container.id));
    const detail = killed ? 'killed: out of memory' : (container?.state ?? 'not there');
    return { health: 'unhealthy', detail, leader: null };
  }
  const system = systems[node.system];
  if (!system) return dockerHealth(container.status);
  const edge = hostEdge(name);
  const control = controls.open.get(edge);
  if (!control) return { health: 'unknown', detail: `proxy ${edge} is down`, leader: null };
  const access = accessTo(docker, container, control);
  try {
    return await system.probe(access, node, configOf(model, node));
  } catch (error) {
    // It ended while it was asked: a command cannot be run in it any more.
    if (!(error instanceof LabError)) throw error;
    return { health: 'unhealthy', detail: 'no answer', leader: null };
  }
}

function accessTo(docker: Docker, { id }: ObservedContainer, { probe }: Control): NodeAccess {
  return { ask: probe, exec: (...words) => runInContainer(docker, id, ...words) };
}

/** The nodes that run, as their systems' own steps reach them. `controls` as above. */
export function reachedNodes(
  { docker, model, observed }: Session,
  controls: Controls,
): ReachedNode[] {
  return model.nodes.flatMap((node) => {
    const container = observed.nodes.get(node.name);
    const control = controls.open.get(hostEdge(node.name));
    if (isCustom(node) || container?.state !== 'running' || !control) return [];
    const access = accessTo(docker, container, control);
    return [{ node, access, config: configOf(model, node) }];
  });
}

/** Of the nodes that answer, what each knows of its own role. Quick, for those who ask often. */
export async function askClaims(
  session: Session,
  nodes: readonly Node[] = session.model.nodes,
): Promise<ReadonlyMap<string, Claim>> {
  const asked = new Set(nodes.map(({ name }) => hostEdge(name)));
  const edges = session.model.edges.map(({ name }) => name).filter((name) => asked.has(name));
  using controls = await openControls(session, edges);
  const claims = new Map<string, Claim>();
  const ask = async ({ node, access, config }: ReachedNode) => {
    const claim = await systems[node.system]!.claim(access, node, config);
    if (claim) claims.set(node.name, claim);
  };
  await Promise.all(reachedNodes(session, controls).map(ask));
  return claims;
}

/** Of the user's own containers docker knows best, if they have a healthcheck. */
function dockerHealth(status: string): NodeHealth {
  const word = /\((?:health: )?(healthy|unhealthy|starting)\)/.exec(status)?.[1];
  if (!word) return { health: 'unknown', detail: 'running', leader: null };
  return { health: word === 'healthy' ? word : 'unhealthy', detail: word, leader: null };
}

/** Why the lab is not ready, group by group; undefined when it is. */
export function unready(
  session: Session,
  healths: ReadonlyMap<string, NodeHealth>,
): string | undefined {
  for (const [group, config] of Object.entries(session.model.stack.systems)) {
    const reason = systems[config.system]!.unready(membersOf(session, group, healths));
    if (reason) return reason;
  }
  for (const [name, { health, detail }] of healths)
    if (health === 'unhealthy') return `${name}: ${detail}`;
  return undefined;
}
