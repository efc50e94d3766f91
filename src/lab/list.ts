// ls: every lab of the engine.
import type Docker from 'dockerode';
import { openDocker } from '../docker/connect.ts';
import { hasContainers, LAB_LABEL, type ObservedLab, observeLabs } from '../docker/observe.ts';
import { LabError } from '../errors.ts';
import { sessionOf } from './session.ts';
import { labStatus } from './status.ts';

interface LabName {
  readonly name: string;
  /** True when only data volumes are there, kept by `down --keep-data`. */
  readonly dataOnly: boolean;
}

interface LabEntry extends LabName {
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
      const healthy = await isHealthy(docker, observed);
      return { name, dataOnly, stack: observed.stack.name, nodes, healthy };
    }),
  );
}

/** False of a lab that is taken down while it is looked at, or that this labctl does not know. */
async function isHealthy(docker: Docker, lab: ObservedLab): Promise<boolean> {
  try {
    return (await labStatus(sessionOf(docker, lab))).healthy;
  } catch (error) {
    if (error instanceof LabError) return false;
    throw error;
  }
}
