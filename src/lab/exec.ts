// exec and client: a command inside a node, on the user's own terminal.
import { execInContainer } from '../docker/exec.ts';
import { LabError } from '../errors.ts';
import { configOf, type Node } from '../stack/model.ts';
import { systems } from '../systems/index.ts';
import { askClaims } from './probe-nodes.ts';
import { leadersOf } from './roles.ts';
import { containerOf, findNode, type Session } from './session.ts';

/** Exit status of the command. Throws node-unknown, node-state. */
export async function execInNode(
  session: Session,
  name: string,
  command: readonly string[],
): Promise<number> {
  const { id, state } = containerOf(session, findNode(session, name).name);
  if (state !== 'running')
    throw new LabError('node-state', `cannot run a command in ${name}: it is ${state}`, {
      hint: state === 'paused' ? `labctl unpause ${name}` : `labctl start ${name}`,
    });
  return execInContainer(id, command);
}

/** Like exec, with the client of the node's system and its addresses put before the arguments. */
export async function clientInNode(
  session: Session,
  name: string | undefined,
  args: readonly string[],
): Promise<number> {
  const node = name === undefined ? await usualNode(session) : findNode(session, name);
  const system = systems[node.system];
  if (!system)
    throw new LabError(
      'node-state',
      `${node.name} is a container of your own: labctl knows no client for it`,
      {
        hint: `labctl exec ${node.name} -- COMMAND`,
      },
    );
  const client = system.client(node, configOf(session.model, node));
  return execInNode(session, node.name, [...client, ...args]);
}

/**
 * Where the client is opened when no node is named: of the first that runs and those like it, the
 * one that leads. Where none says so, that first one.
 */
async function usualNode(session: Session): Promise<Node> {
  const { model, observed } = session;
  const candidates = model.nodes.filter(({ system }) => system in systems);
  const running = candidates.filter(({ name }) => observed.nodes.get(name)?.state === 'running');
  const first = running[0] ?? candidates[0];
  if (!first) throw new LabError('node-state', 'this lab has only containers of your own');
  const alike = running.filter(({ group, role }) => group === first.group && role === first.role);
  if (alike.length < 2) return first;
  const leader = leadersOf(alike, await askClaims(session, alike)).get(first.group);
  return leader === undefined ? first : findNode(session, leader);
}
