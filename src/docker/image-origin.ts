// Where an image came from, read off the image itself: no record is kept of it.
import type Docker from 'dockerode';

/** built: by a recipe of labctl; pulled: from a registry; local: by the user. */
export type ImageOrigin = 'local' | 'pulled' | 'built';

/** Every recipe under images/ puts it on what it builds. */
const RECIPE_LABEL = 'labctl.recipe';

interface ImageMarks {
  readonly Labels?: Readonly<Record<string, string>> | null | undefined;
  readonly RepoDigests?: readonly string[] | null | undefined;
}

export function originOf({ Labels, RepoDigests }: ImageMarks): ImageOrigin {
  if (Labels?.[RECIPE_LABEL]) return 'built';
  return RepoDigests?.length ? 'pulled' : 'local';
}

/** Image id -> origin, for all images of the engine. */
export async function originsById(docker: Docker): Promise<Map<string, ImageOrigin>> {
  const images = await docker.listImages();
  return new Map(images.map((image) => [image.Id, originOf(image)]));
}
