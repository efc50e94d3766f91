// ls: every lab of the engine.
import type Docker from 'dockerode';
import { openDocker } from '../docker/connect.ts';
import { hasContainers, LAB_LABEL, observeLabs } from '../docker/observe.ts';
import { sessionOf } from './session.ts';
import { labStatus } from './status.ts';

export interface LabName {
  readonly name: string;
  /** True when only data volumes are there, kept by `down --keep-data`. */
  readonly dataOnly: boolean;
}

export interface LabEntry extends LabName {
  /** The stack's name; null when the lab is half gone or only its data is there. */
  readonly stack: string | null;
  readonly nodes: number;
  readonly healthy: boolean;
}

/** Sorted by name. `all`: also labs of which only the data is there. */
export async function labNames(all: boolean, engine?: Docker): Promise<LabName[]> {
  const docker = engine ?? (await openDocker());
  const labs = [...(await observeLabs(docker)).values()];
  const running = labs.filter((lab) => all || hasContainers(lab)).map(({ name }) => name);
  const { Volumes } = all
    ? await docker.listVolumes({ filters: { label: [LAB_LABEL] } })
    : { Volumes: [] };
  const kept = new Set((Volumes ?? []).map(({ Labels }) => Labels[LAB_LABEL]!));
  const names = new Set([...running, ...kept]);
  return [...names].sort().map((name) => ({ name, dataOnly: !running.includes(name) }));
}

/** The shape of `ls -o json`. */
export async function listLabs(all: boolean): Promise<LabEntry[]> {
  const docker = await openDocker();
  const [names, labs] = await Promise.all([labNames(all, docker), observeLabs(docker)]);
  return Promise.all(
    names.map(async ({ name, dataOnly }): Promise<LabEntry> => {
      const observed = labs.get(name);
      const nodes = observed?.nodes.size ?? 0;
      if (!observed?.stack) return { name, dataOnly, stack: null, nodes, healthy: false };
      // It may be taken down while it is looked at.
      const healthy = await labStatus(sessionOf(docker, observed)).then(
        (status) => status.healthy,
        () => false,
      );
      return { name, dataOnly, stack: observed.stack.name, nodes, healthy };
    }),
  );
}
