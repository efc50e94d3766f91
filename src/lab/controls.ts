// The control channels of many proxies at once.
import { type Control, openControl } from '../control/client.ts';
import type { TraceLine } from '../control/protocol.ts';
import { attachTo } from '../docker/attach.ts';
import { engineError } from '../docker/connect.ts';
import { LabError } from '../errors.ts';
import type { Session } from './session.ts';

/** Open channels by edge, and why the others are not open. */
export interface Controls extends Disposable {
  readonly open: ReadonlyMap<string, Control>;
  readonly closed: ReadonlyMap<string, LabError>;
}

/** What a proxy tells of connections, while it is asked to. */
type OnTrace = (edge: string, event: TraceLine['trace']) => void;

/** Opens a channel to each edge's proxy, all at the same time. Never throws for a proxy. */
export async function openControls(
  session: Session,
  edges: readonly string[] = session.model.edges.map(({ name }) => name),
  onTrace?: OnTrace,
): Promise<Controls> {
  const open = new Map<string, Control>();
  const closed = new Map<string, LabError>();
  await Promise.all(
    edges.map(async (edge) => {
      try {
        open.set(edge, await openOne(session, edge, onTrace));
      } catch (error) {
        closed.set(edge, asUnreachable(edge, error));
      }
    }),
  );
  return {
    open,
    closed,
    [Symbol.dispose]: () => {
      for (const control of open.values()) control.close();
    },
  };
}

function openOne(
  { docker, observed }: Session,
  edge: string,
  onTrace: OnTrace = () => {},
): Promise<Control> {
  const proxy = observed.proxies.get(edge);
  if (proxy?.state !== 'running')
    throw new LabError('proxy-unreachable', `proxy ${edge} is ${proxy?.state ?? 'not there'}`);
  return openControl(edge, attachTo(docker, proxy.id), (event) => onTrace(edge, event));
}

function asUnreachable(edge: string, error: unknown): LabError {
  const known = engineError(`cannot attach to proxy ${edge}`, error);
  if (known instanceof LabError) return known;
  throw known;
}

/** Throws proxy-unreachable, naming all edges, if any channel is closed. */
export function requireAll({ closed }: Controls): void {
  const [first] = closed.values();
  if (!first) return;
  if (closed.size === 1) throw first;
  throw new LabError(
    'proxy-unreachable',
    `${closed.size} proxies do not answer: ${[...closed.keys()].join(' ')}`,
    { details: [...closed.values()].map(({ message }) => message) },
  );
}
