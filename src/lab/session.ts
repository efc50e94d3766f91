// A lab as a command finds it: the engine, the model from the stack that the lab's labels hold, and
// the containers there are. Works from any folder and with the stack file gone.
import type Docker from 'dockerode';
import { openDocker } from '../docker/connect.ts';
import {
  hasContainers,
  type ObservedContainer,
  type ObservedLab,
  observeLabs,
} from '../docker/observe.ts';
import { LabError } from '../errors.ts';
import { buildModel } from '../stack/build-model.ts';
import type { Model, Node, Stack } from '../stack/model.ts';
import { monitorFrom } from '../stack/monitor.ts';
import { didYouMean } from '../stack/names.ts';
import { withNetworks } from '../stack/sizes.ts';
import { systems } from '../systems/index.ts';

export interface Session {
  readonly docker: Docker;
  readonly name: string;
  readonly model: Model;
  readonly observed: ObservedLab;
}

/**
 * The lab of that name, or the only one there is.
 * Throws lab-not-found, lab-ambiguous, docker-unreachable.
 */
export async function openSession(lab?: string, docker?: Docker): Promise<Session> {
  const engine = docker ?? (await openDocker());
  return sessionOf(engine, chooseLab(await observeLabs(engine), lab));
}

export function sessionOf(docker: Docker, observed: ObservedLab): Session {
  const { name, replaced } = observed;
  const stack = stackOf(observed);
  if (!stack)
    throw new LabError('lab-not-found', `lab ${name} is half made: it has no node yet`, {
      hint: `labctl up again, or labctl down --lab ${name}`,
    });
  return { docker, name, model: buildModel(stack, systems, replaced), observed };
}

/**
 * The lab's stack with sizes and monitor as they are now; undefined before it has a node. Throws
 * lab-invalid for the lab of a labctl that knows more systems.
 */
export function stackOf({ name, stack, networks, monitors }: ObservedLab): Stack | undefined {
  const used = Object.values(stack?.systems ?? {}).map(({ system }) => system);
  const unknown = used.find((system) => !Object.hasOwn(systems, system));
  if (unknown)
    throw new LabError(
      'lab-invalid',
      `lab ${name} runs on ${unknown}, which this labctl knows not`,
      {
        hint: `labctl down --lab ${name}, or the labctl and the LABCTL_SYSTEMS that made it`,
      },
    );
  return stack && { ...withNetworks(stack, systems, networks.keys()), ...monitorFrom(monitors) };
}

/** The same lab as it is now. */
export const refresh = async ({ docker, name }: Session): Promise<Session> =>
  sessionOf(docker, chooseLab(await observeLabs(docker), name));

function chooseLab(labs: ReadonlyMap<string, ObservedLab>, name?: string): ObservedLab {
  const names = [...labs.values()]
    .filter(hasContainers)
    .map((lab) => lab.name)
    .sort();
  if (name !== undefined) {
    const lab = labs.get(name);
    if (lab) return lab;
    const meant = didYouMean(name, names);
    throw new LabError('lab-not-found', `there is no lab ${JSON.stringify(name)}${meant}`, {
      hint: names.length ? `labs: ${names.join(', ')}` : 'labctl up etcd-3node',
    });
  }
  if (!names.length)
    throw new LabError('lab-not-found', 'no lab is running', { hint: 'labctl up etcd-3node' });
  if (names.length > 1) {
    const text = `${names.length} labs are there: ${names.join(', ')}`;
    throw new LabError('lab-ambiguous', text, { hint: `name one: --lab ${names[0]}` });
  }
  return labs.get(names[0]!)!;
}

/** The node of that name. Throws node-unknown with the nearest name and all names. */
export function findNode({ model }: Session, name: string): Node {
  const node = model.nodes.find((candidate) => candidate.name === name);
  if (node) return node;
  const names = model.nodes.map((candidate) => candidate.name);
  const meant = didYouMean(name, names);
  throw new LabError('node-unknown', `lab ${model.stack.name} has no node "${name}"${meant}`, {
    hint: `nodes: ${names.join(', ')}`,
  });
}

/** The command that starts the lab, or what of it is not there. */
export const startOf = ({ model }: Pick<Session, 'model'>): string =>
  model.stack.parts ? 'labctl weave FILE' : 'labctl up';

/** The container of a node. Throws node-state when it was never made. */
export function containerOf(session: Session, node: string): ObservedContainer {
  const { observed, name } = session;
  const container = observed.nodes.get(node);
  if (container) return container;
  throw new LabError('node-state', `node ${node} of lab ${name} has no container`, {
    hint: `${startOf(session)} makes what is missing`,
  });
}
