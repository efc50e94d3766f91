// failpoint: places in a program's own code where it can be made to fail, sleep or stop, in builds
// that have them. Asked of the node itself, past every fault on its edges.
import { LabError } from '../errors.ts';
import { hostEdge } from '../stack/model.ts';
import { askHttp } from '../systems/ask-http.ts';
import { systems } from '../systems/index.ts';
import { openControls } from './controls.ts';
import { containerOf, findNode, type Session } from './session.ts';

const LIMIT_MS = 5_000;
const OFF = 'off';

export interface Failpoints {
  readonly version: 1;
  readonly lab: string;
  readonly node: string;
  /** Name -> action, of all that are set. */
  readonly failpoints: Readonly<Record<string, string>>;
}

/**
 * Sets a failpoint (`return(1)`, `sleep(1000)`, `pause`, `1*return->off`), or takes it back with
 * `off`; without a name it only looks.
 * Throws node-unknown, node-state, failpoint-refused, proxy-*.
 */
export async function failpoint(
  session: Session,
  name: string,
  point?: string,
  action?: string,
): Promise<Failpoints> {
  const node = findNode(session, name);
  const place = systems[node.system]?.failpoints?.(node);
  if (!place)
    throw new LabError('node-state', `labctl knows no failpoints of ${name}, a ${node.role}`, {
      hint: 'tikv and pd have them',
    });
  if (point !== undefined && !/^[\w:./-]+$/.test(point))
    throw new LabError('usage', `"${point}" is no name of a failpoint`);
  if ((point === undefined) !== (action === undefined))
    throw new LabError('usage', 'a failpoint takes a name and an action', {
      hint: `labctl failpoint ${name} ${point ?? 'NAME'} 'return(1)', or off`,
    });
  const { state } = containerOf(session, name);
  if (state !== 'running') throw new LabError('node-state', `${name} is ${state}`);
  const edge = hostEdge(name);
  using controls = await openControls(session, [edge]);
  const control = controls.open.get(edge);
  if (!control) throw controls.closed.get(edge)!;
  const ask = async (method: 'GET' | 'PUT' | 'DELETE', path: string, body = '') => {
    const answer = await askHttp(control.probe, place.port, method, path, LIMIT_MS, { body });
    if (!answer) throw new LabError('node-state', `${name} does not answer`);
    if (answer.status === 404)
      throw new LabError('failpoint-refused', `the build that ${name} runs has no failpoints`, {
        hint: `${place.build}, then labctl replace ${name} --binary PATH`,
      });
    if (answer.status >= 300)
      throw new LabError('failpoint-refused', `${name}: ${answer.body.trim() || answer.status}`);
    return answer.body;
  };
  const path = `${place.path}/${point}`;
  if (action === OFF) await ask('DELETE', path);
  else if (action !== undefined) await ask('PUT', path, action);
  const failpoints = readList(await ask('GET', place.path));
  return { version: 1, lab: session.name, node: name, failpoints };
}

/** A line each: `name=action`. */
const readList = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split('\n')
      .map((line) => /^([^=\s]+)=(.*)$/.exec(line.trim())?.slice(1) as [string, string] | undefined)
      .filter((pair) => pair !== undefined),
  );
