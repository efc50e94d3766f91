// All images, or none of the tests: a run that could not judge is not green.
import { openDocker } from '../../src/docker/connect.ts';
import { ensureImage, ensureProxyImage } from '../../src/docker/images.ts';
import type { LabError } from '../../src/errors.ts';
import { versions } from './versions.ts';

const CANNOT_JUDGE = 125;

export default async function setup(): Promise<void> {
  const docker = await openDocker();
  const options = { pull: 'missing', say: (line: string) => console.log(line) } as const;
  await ensureProxyImage(docker, options);
  for (const version of versions)
    for (const role of ['pd', 'tikv', 'tidb']) {
      const ref = `pingcap/${role}:v${version}`;
      try {
        await ensureImage(docker, { ref }, options);
      } catch (error) {
        const { message, details = [] } = error as LabError;
        console.error(`\nThe upstream tests DID NOT RUN: ${[message, ...details].join('; ')}`);
        process.exit(CANNOT_JUDGE);
      }
    }
}
