// Which nodes labctl was told to take away and has not yet. Their systems alone cannot say: where a
// cluster was restored from a snapshot, or forced to begin anew, healthy members of the old one are
// no members either, and somebody may have struck one off by hand. Their data are not labctl's to
// take. A volume says it, as no container takes another label; it goes with the node.
import type Docker from 'dockerode';
import { LAB_LABEL } from '../docker/observe.ts';

export const LEAVING_LABEL = 'labctl.leaving';

export async function markLeaving(docker: Docker, lab: string, node: string): Promise<void> {
  const Labels = { [LAB_LABEL]: lab, [LEAVING_LABEL]: node };
  await docker.createVolume({ Name: `${lab}_${node}_leaving`, Labels });
}

export async function markedLeaving(docker: Docker, lab: string): Promise<ReadonlySet<string>> {
  const label = [`${LAB_LABEL}=${lab}`, LEAVING_LABEL];
  const { Volumes } = await docker.listVolumes({ filters: { label } });
  return new Set((Volumes ?? []).map(({ Labels }) => Labels[LEAVING_LABEL]!));
}
