// The time of the engine. Its containers have this clock; the machine that runs labctl may have
// another, when the engine is remote.
import type Docker from 'dockerode';
import { engineError } from './connect.ts';

/** Tells the engine's milliseconds since the epoch, from one question. Throws docker-failed. */
export async function engineClock(docker: Docker): Promise<() => number> {
  const { SystemTime } = await docker.info().catch((error) => {
    throw engineError("cannot ask for the engine's time", error);
  });
  const aheadMs = Date.parse(SystemTime) - Date.now();
  return () => Date.now() + aheadMs;
}
