// What the engine says of a lab's containers while it happens: started, died, frozen, thawed.
import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { lineSplitter } from '../control/protocol.ts';
import { engineError } from './connect.ts';
import { LAB_LABEL } from './observe.ts';

/** The word that `docker ps` has for a container after the engine's event. */
const STATE_AFTER = { start: 'running', die: 'exited', pause: 'paused', unpause: 'running' };

export interface ContainerChange {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  /** docker's word: running, exited, paused. */
  readonly state: string;
  /** Set on the container of a node. */
  readonly node?: string;
  /** Set on a proxy. */
  readonly edge?: string;
}

/** Calls `onChange` until the signal aborts. Throws when the engine ends the stream. */
export async function followContainers(
  docker: Docker,
  lab: string,
  onChange: (change: ContainerChange) => void,
  signal: AbortSignal,
): Promise<void> {
  const filters = {
    type: ['container' as const],
    label: [`${LAB_LABEL}=${lab}`],
    event: Object.keys(STATE_AFTER),
  };
  const stream = (await docker.getEvents({ filters, abortSignal: signal }).catch((error) => {
    throw engineError('cannot follow the engine', error);
  })) as Readable;
  const split = lineSplitter((line) => onChange(readChange(line)));
  stream.setEncoding('utf8').on('data', split);
  stream.on('error', () => {}); // its end is what counts
  const destroy = () => stream.destroy();
  signal.addEventListener('abort', destroy, { once: true });
  await new Promise<void>((resolve) => stream.once('close', resolve));
  signal.removeEventListener('abort', destroy);
}

function readChange(line: string): ContainerChange {
  const { Action, Actor, timeNano } = JSON.parse(line) as {
    Action: keyof typeof STATE_AFTER;
    Actor: { ID: string; Attributes: Record<string, string> };
    timeNano: number;
  };
  const { 'labctl.node': node, 'labctl.edge': edge } = Actor.Attributes;
  return {
    id: Actor.ID,
    atMs: Math.floor(timeNano / 1e6),
    state: STATE_AFTER[Action],
    ...(node && { node }),
    ...(edge && { edge }),
  };
}
