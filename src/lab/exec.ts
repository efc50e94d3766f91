// exec and client: a command inside a node, on the user's own terminal.
import { execInContainer } from '../docker/exec.ts';
import { LabError } from '../errors.ts';
import { configOf } from '../stack/model.ts';
import { systems } from '../systems/index.ts';
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
  const node = findNode(session, name ?? firstRunning(session));
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

function firstRunning({ model, observed }: Session): string {
  const candidates = model.nodes.filter(({ system }) => system in systems);
  const running = candidates.find(({ name }) => observed.nodes.get(name)?.state === 'running');
  const node = running ?? candidates[0];
  if (!node) throw new LabError('node-state', 'this lab has only containers of your own');
  return node.name;
}
