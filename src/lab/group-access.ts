// How a system reaches its nodes where no proxy is in between: for bootstrap and promotion.
import { runInContainer } from '../docker/exec.ts';
import { observeVolumes } from '../docker/observe.ts';
import { workOnVolume } from '../docker/volume.ts';
import { LabError } from '../errors.ts';
import type { GroupAccess } from '../stack/group.ts';
import { hostEdge } from '../stack/model.ts';
import { openControls } from './controls.ts';
import { containerOf, type Session } from './session.ts';

export function groupAccess(session: Session): GroupAccess {
  const { docker, name: lab, observed } = session;
  return {
    of: ({ name }) => ({
      ask: async (port, text, limitMs) => {
        const edge = hostEdge(name);
        using controls = await openControls(session, [edge]);
        const control = controls.open.get(edge);
        if (!control) throw controls.closed.get(edge)!;
        return await control.probe(port, text, limitMs); // the channel closes when it is over
      },
      exec: async (command, options) => {
        const container = observed.nodes.get(name);
        if (container?.state !== 'running')
          throw new LabError('node-state', `${name} does not run`);
        return runInContainer(docker, container.id, command, options);
      },
    }),
    onDisk: async ({ name }, script) => {
      const volume = (await observeVolumes(docker, lab)).get(name);
      if (!volume) throw new LabError('node-state', `${name} has no data volume`);
      const image = containerOf(session, name).image.id;
      return workOnVolume(docker, { volume, image, lab, script });
    },
  };
}
