// What the engine has that is not labctl's but matters to a lab: images of the user's own, and
// compose projects that another lab could be mixed up with.
import type Docker from 'dockerode';
import { engineError } from './connect.ts';
import { LAB_LABEL } from './observe.ts';

/** The TCP ports that an image exposes; undefined when the engine has no such image. */
export async function imagePorts(docker: Docker, ref: string): Promise<number[] | undefined> {
  try {
    const { Config } = await docker.getImage(ref).inspect();
    const all = Object.keys(Config?.ExposedPorts ?? {});
    return all.filter((port) => port.endsWith('/tcp')).map((port) => Number.parseInt(port, 10));
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return undefined;
    throw engineError(`image ${ref}`, error);
  }
}

/** Names of containers and volumes of a compose project of that name that is no lab. */
export async function foreignProject(docker: Docker, name: string): Promise<string[]> {
  const filters = { label: [`com.docker.compose.project=${name}`] };
  const [containers, { Volumes }] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listVolumes({ filters }),
  ]);
  const isOwn = (labels: Readonly<Record<string, string>>) => LAB_LABEL in labels;
  return [
    ...containers.filter(({ Labels }) => !isOwn(Labels)).map(({ Names }) => Names[0]!.slice(1)),
    ...(Volumes ?? []).filter(({ Labels }) => !isOwn(Labels)).map(({ Name }) => Name),
  ];
}
