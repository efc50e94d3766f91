// Nine members, all dialling each other: 90 containers in one go, then one cut off and healed.
import { labctl, stackName } from './run.mjs';
import { atMost, row } from './rows.mjs';

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
    row('labctl partition etcd-1', 'ms', [cut.ms], atMost(400)),
    row('its edges changed in', 'ms', [took(cut)], atMost(30)),
    row('labctl heal', 'ms', [healed.ms], atMost(400)),
    row('its edges changed in', 'ms', [took(healed)], atMost(30)),
    row('labctl down', 'ms', [down.ms]),
  ];
}
