// Works on a data volume from a container of a moment: no node's image need have a shell.
import type Docker from 'dockerode';
import { LabError } from '../errors.ts';
import { engineError } from './connect.ts';
import { LAB_LABEL } from './observe.ts';

export interface VolumeWork {
  readonly volume: string;
  /** An image with a shell that is here: a proxy's. */
  readonly image: string;
  /** By its label `down` finds what a killed labctl has left. */
  readonly lab: string;
  /** For sh; the volume is at /data. */
  readonly script: string;
}

/** What the script printed. Throws docker-failed when it failed. */
export async function workOnVolume(docker: Docker, work: VolumeWork): Promise<string> {
  const { volume, image, lab, script } = work;
  const doing = `cannot work on volume ${volume}`;
  let container: Docker.Container | undefined;
  try {
    const Mounts: Docker.MountSettings[] = [{ Type: 'volume', Source: volume, Target: '/data' }];
    container = await docker.createContainer({
      Image: image,
      Entrypoint: ['sh', '-euc', script],
      Tty: true, // its log is plain text
      Labels: { [LAB_LABEL]: lab },
      HostConfig: { NetworkMode: 'none', Mounts, LogConfig: { Type: 'json-file', Config: {} } },
    });
    await container.start();
    const { StatusCode } = (await container.wait()) as { StatusCode: number };
    const said = String(await container.logs({ follow: false, stdout: true, stderr: true })).trim();
    if (StatusCode) throw new LabError('docker-failed', `${doing}: ${said}`);
    return said;
  } catch (error) {
    throw engineError(doing, error);
  } finally {
    await container?.remove({ force: true }).catch(() => {});
  }
}

/** Size of a volume that is a disk of its own, as `256m`; undefined for a plain one. */
export async function diskSize(docker: Docker, volume: string): Promise<string | undefined> {
  const { Options } = await docker.getVolume(volume).inspect();
  return Options?.type === 'tmpfs' ? /size=(\w+)/.exec(Options.o ?? '')?.[1] : undefined;
}
