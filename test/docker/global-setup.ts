// Before all tests on Docker: the engine must answer (there is no skipping), what an earlier run that
// was cut short has left is removed, and every image is made once, so that no two labs build the same.
import { openDocker } from '../../src/docker/connect.ts';
import { ensureImage, ensureProxyImage } from '../../src/docker/images.ts';
import { down } from '../../src/lab/down.ts';
import { labNames } from '../../src/lab/list.ts';
import { systems } from '../../src/systems/index.ts';

const VERSIONS = {
  etcd: ['3.3.25', '3.4.23', '3.5.16'],
  mysql: ['9.7'],
  mariadb: ['10.11'],
};

export default async function setup(): Promise<void> {
  const docker = await openDocker();
  for (const { name } of await labNames(true, docker))
    if (name.startsWith('labctl-test-')) await down({ lab: name }, docker);
  const options = { pull: 'missing', say: (line: string) => console.log(line) } as const;
  await ensureProxyImage(docker, options);
  for (const [name, versions] of Object.entries(VERSIONS)) {
    const system = systems[name]!;
    const [node] = system.nodes(name, { system: name, nodes: 1 });
    for (const version of versions)
      await ensureImage(docker, system.image({ system: name, version }, node!), options);
  }
}
