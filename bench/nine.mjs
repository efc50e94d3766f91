// Nine members, all dialling each other: 90 containers in one go, then one cut off and healed.
// For information: no aim, and one round, because it takes half a minute.
import { row } from './rows.mjs';
import { labctl, stackName } from './run.mjs';

const LAB = 'bench-nine';

export async function nine() {
  await labctl('down', '--lab', LAB);
  const shared = ['--lab', LAB, '-o', 'json'];
  let up;
  let cut;
  let healed;
  let down;
  try {
    up = await labctl('up', stackName, '--set', 'nodes=9', ...shared);
    cut = await labctl('partition', 'etcd-1', ...shared);
    healed = await labctl('heal', ...shared);
  } finally {
    down = await labctl('down', '--lab', LAB);
  }
  const { nodes, edges } = JSON.parse(up.stdout);
  const took = ({ stdout }) => JSON.parse(stdout).tookMs;
  return [
    row('containers that came up', '', [nodes.length + edges.length]),
    row('labctl up, to healthy', 'ms', [up.ms]),
    row('labctl partition etcd-1', 'ms', [cut.ms]),
    row('its edges changed in', 'ms', [took(cut)]),
    row('labctl heal', 'ms', [healed.ms]),
    row('its edges changed in', 'ms', [took(healed)]),
    row('labctl down', 'ms', [down.ms]),
  ];
}
