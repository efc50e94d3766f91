// Works on a data volume from a container of a moment: no node's image need have a shell.
import type Docker from 'dockerode';
import { runForMoment } from './moment.ts';
import { LAB_LABEL } from './observe.ts';

interface VolumeWork {
  readonly volume: string;
  /** An image with a shell that is here: a proxy's. */
  readonly image: string;
  /** By its label `down` finds what a killed labctl has left. */
  readonly lab: string;
  /** For sh; the volume is at /data. */
  readonly script: string;
}

/** What the script printed. Throws docker-failed when it failed. */
export function workOnVolume(docker: Docker, work: VolumeWork): Promise<string> {
  const { volume, image, lab, script } = work;
  return runForMoment(docker, `cannot work on volume ${volume}`, {
    Image: image,
    Entrypoint: ['sh', '-euc', script],
    Labels: { [LAB_LABEL]: lab },
    HostConfig: { Mounts: [{ Type: 'volume', Source: volume, Target: '/data' }] },
  });
}

/** Size of a volume that is a disk of its own, as `256m`; undefined for a plain one. */
export async function diskSize(docker: Docker, volume: string): Promise<string | undefined> {
  const { Options } = await docker.getVolume(volume).inspect();
  return Options?.type === 'tmpfs' ? /size=(\w+)/.exec(Options.o ?? '')?.[1] : undefined;
}
