// The monitor of a running lab: where it is reached, and its end.
import type Docker from 'dockerode';
import { engineError } from '../docker/connect.ts';
import type { ObservedContainer, ObservedLab } from '../docker/observe.ts';

export interface MonitorStatus {
  /** `prometheus` or `grafana`. */
  readonly name: string;
  /** docker's word. */
  readonly state: string;
  /** docker's sentence: `Up 2 minutes`. */
  readonly since: string;
  /** host:port on the user's machine. */
  readonly address: string;
}

export const monitorStatus = ({ monitors }: ObservedLab): MonitorStatus[] =>
  [...monitors].map(([name, container]) => {
    const { state, status: since } = container;
    return { name, state, since, address: monitorAddress(container) };
  });

/** A monitor publishes one port. */
export const monitorAddress = ({ published }: ObservedContainer): string =>
  `127.0.0.1:${[...published.values()][0]}`;

/** Removes those that the lab shall not have; what Prometheus has stored stays until `down`. */
export async function dropMonitors(
  docker: Docker,
  { monitors }: ObservedLab,
  wanted: ReadonlyMap<string, unknown>,
): Promise<void> {
  const unwanted = [...monitors].filter(([name]) => !wanted.has(name));
  await Promise.all(
    unwanted.map(([name, { id }]) =>
      docker
        .getContainer(id)
        .remove({ force: true, v: true })
        .catch((error) => Promise.reject(engineError(`cannot remove ${name}`, error))),
    ),
  );
}
