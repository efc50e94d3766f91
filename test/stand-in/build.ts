// Builds the image of the stand-in, on the image of the proxy: it has node and needs no registry.
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { openDocker } from '../../src/docker/connect.ts';
import { ensureProxyImage } from '../../src/docker/images.ts';

const context = fileURLToPath(new URL('.', import.meta.url));

export async function buildStandIn(): Promise<void> {
  const say = (line: string) => console.log(line);
  const { ref } = await ensureProxyImage(await openDocker(), { pull: 'missing', say });
  await execa('docker', [
    'build',
    '-t',
    'labctl-test/stand-in',
    '--build-arg',
    `BASE=${ref}`,
    context,
  ]);
}
