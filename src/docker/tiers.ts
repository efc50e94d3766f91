// Which tiers of faults the engine's kernel can do, found out by a proxy that runs for a moment.
import type Docker from 'dockerode';
import type { TierProblems } from '../control/protocol.ts';
import { engineError } from './connect.ts';
import { proxyImageTag } from './proxy-context.ts';

const LIMIT_MS = 10_000;

/** undefined while there is no image of the proxy yet. Throws docker-failed. */
export async function findTiers(docker: Docker): Promise<TierProblems | undefined> {
  const image = proxyImageTag();
  const there = await docker.listImages({ filters: { reference: [image] } });
  if (!there.length) return undefined;
  const container = await docker.createContainer({
    Image: image,
    Cmd: ['tiers'],
    Labels: { 'labctl.doctor': '' },
    HostConfig: { NetworkMode: 'none', CapDrop: ['ALL'], CapAdd: ['NET_ADMIN'] },
  });
  try {
    await container.start();
    await container.wait({ abortSignal: AbortSignal.timeout(LIMIT_MS) });
    const frames = await container.logs({ stdout: true });
    const json = frames.toString('utf8');
    return JSON.parse(json.slice(json.indexOf('{'))) as TierProblems;
  } catch (error) {
    throw engineError('cannot ask a proxy what this engine can do', error);
  } finally {
    await container.remove({ force: true });
  }
}
