// Which tiers of faults the engine's kernel can do, found out by a proxy that runs for a moment.
import type Docker from 'dockerode';
import type { TierProblems } from '../control/protocol.ts';
import { runForMoment } from './moment.ts';
import { proxyImageTag } from './proxy-context.ts';

const LIMIT_MS = 10_000;

/** undefined while there is no image of the proxy yet. Throws docker-failed. */
export async function findTiers(docker: Docker): Promise<TierProblems | undefined> {
  const image = proxyImageTag();
  const there = await docker.listImages({ filters: { reference: [image] } });
  if (!there.length) return undefined;
  const options = {
    Image: image,
    Cmd: ['tiers'],
    Labels: { 'labctl.doctor': '' },
    HostConfig: { CapDrop: ['ALL'], CapAdd: ['NET_ADMIN'] },
  };
  const doing = 'cannot ask a proxy what this engine can do';
  const json = await runForMoment(docker, doing, options, AbortSignal.timeout(LIMIT_MS));
  return JSON.parse(json) as TierProblems;
}
