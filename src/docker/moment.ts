// A container of a moment: it does one thing, prints what came of it, and goes.
import { text } from 'node:stream/consumers';
import type Docker from 'dockerode';
import { LabError } from '../errors.ts';
import { engineError } from './connect.ts';

/**
 * What it printed. `doing` begins the sentence of an error; the signal ends the waiting. Throws
 * docker-failed when it ended with another status than 0.
 */
export async function runForMoment(
  docker: Docker,
  doing: string,
  { HostConfig, ...options }: Docker.ContainerCreateOptions,
  abortSignal?: AbortSignal,
): Promise<string> {
  let container: Docker.Container | undefined;
  try {
    container = await docker.createContainer({
      ...options,
      Tty: true, // its log is plain text
      HostConfig: {
        NetworkMode: 'none',
        LogConfig: { Type: 'json-file', Config: {} },
        ...HostConfig,
      },
    });
    await container.start();
    const { StatusCode } = await container.wait(abortSignal && { abortSignal });
    // As a stream: of a log that is JSON dockerode would give back the value.
    const log = await container.logs({ follow: true, stdout: true, stderr: true });
    const said = (await text(log)).trim();
    if (StatusCode) throw new LabError('docker-failed', `${doing}: ${said}`);
    return said;
  } catch (error) {
    throw engineError(doing, error);
  } finally {
    await container?.remove({ force: true, v: true }).catch(() => {});
  }
}
