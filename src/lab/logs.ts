// logs: lines of nodes or the monitor, or of the proxies on edges, each with where it comes from.
import { engineClock } from '../docker/clock.ts';
import { engineError } from '../docker/connect.ts';
import { readLogs } from '../docker/logs.ts';
import { containerOf, findNode, type Session } from './session.ts';

interface LabLogsOptions {
  readonly follow?: boolean;
  /** Only so many lines of each. */
  readonly tail?: number;
  /** Milliseconds back from now. */
  readonly since?: number;
  readonly timestamps?: boolean;
  readonly proxies?: boolean;
}

/** `onLine` gets the name of a node, monitor or edge. Throws node-unknown, docker-failed. */
export async function labLogs(
  session: Session,
  names: readonly string[],
  { follow = false, tail, since, timestamps = false, proxies = false }: LabLogsOptions,
  onLine: (source: string, line: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  for (const name of names)
    if (proxies || !session.observed.monitors.has(name)) findNode(session, name);
  const sources = proxies ? proxySources(session, names) : nodeSources(session, names);
  const now = since === undefined ? undefined : await engineClock(session.docker);
  const options = {
    follow,
    timestamps,
    stdoutOnly: proxies,
    tail,
    since: now && Math.floor((now() - since!) / 1000),
  };
  const read = ([source, id]: Source) =>
    readLogs(session.docker, id, options, (line) => onLine(source, line), signal);
  try {
    // One after the other keeps each one's lines together; a stream is read from all at once.
    if (follow) await Promise.all(sources.map(read));
    else for (const source of sources) await read(source);
  } catch (error) {
    throw engineError('cannot read the logs', error);
  }
}

type Source = readonly [name: string, containerId: string];

function nodeSources(session: Session, names: readonly string[]): Source[] {
  const wanted = names.length ? names : session.model.nodes.map(({ name }) => name);
  const { monitors } = session.observed;
  return wanted.map((name) => [name, (monitors.get(name) ?? containerOf(session, name)).id]);
}

function proxySources({ observed }: Session, names: readonly string[]): Source[] {
  const touches = (edge: string) =>
    !names.length || edge.split(':').some((end) => names.includes(end));
  const found = [...observed.proxies].filter(([edge]) => touches(edge));
  return found.map(([edge, { id }]): Source => [edge, id]).sort(([a], [b]) => (a < b ? -1 : 1));
}
