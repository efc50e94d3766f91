// A container of a moment leaves nothing behind on the engine, nor does its image's VOLUME.
import { expect, test } from 'vitest';
import { openDocker } from '../../src/docker/connect.ts';
import { ensureProxyImage } from '../../src/docker/images.ts';
import { runForMoment } from '../../src/docker/moment.ts';

test('what it printed is told, and its unnamed volume goes with it', async () => {
  const docker = await openDocker();
  const { ref } = await ensureProxyImage(docker, { pull: 'never', say: () => {} });
  const mounts = { Image: ref, Entrypoint: ['cat', '/proc/self/mountinfo'] };
  const said = await runForMoment(docker, 'look', { ...mounts, Cmd: [], Volumes: { '/data': {} } });
  const [, volume] = /volumes\/(\w{64})\/_data \/data /.exec(said)!;
  const { Volumes } = await docker.listVolumes({ filters: { name: [volume!] } });
  expect(Volumes ?? []).toEqual([]);
});
