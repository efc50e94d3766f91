// `labctl up mysql-semisync` against plain `docker compose up` of the same three servers. Both end
// when replication runs and the primary waits for its replicas; the same steps of src/systems/mysql
// set that up. And the memory of a server with labctl's sizes and with MySQL's own.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDocker } from '../dist/docker/connect.js';
import { runInContainer } from '../dist/docker/exec.js';
import { observeLabs } from '../dist/docker/observe.js';
import { stepsOf } from '../dist/lab/bootstrap.js';
import { loadModel } from '../dist/lab/load-model.js';
import { configOf } from '../dist/stack/model.js';
import { mysql as system } from '../dist/systems/mysql.js';
import { memoryOf } from './memory.mjs';
import { plainUp, writePlain } from './plain.mjs';
import { atMost, ratios, row } from './rows.mjs';
import { interleave, withLab } from './run.mjs';

const STACK = 'mysql-semisync';
const LAB = 'bench-mysql';
/** By then a server has given back what it needed to start. */
const REST_MS = 10_000;

/** What labctl asks for because it runs on a laptop. */
const SIZES =
  /^--(performance-schema|innodb-\w+-(buffer|pool)-size|innodb-redo-log-capacity|max-connections|table-(open|definition)-cache)=/;

export async function mysql({ rounds }) {
  const dir = await mkdtemp(join(tmpdir(), 'labctl-bench-'));
  const file = join(dir, 'compose.yaml');
  const ownSizes = join(dir, 'own-sizes.yaml');
  const docker = await openDocker();
  const memory = { labctl: [], own: [] };
  const atRest = async (ids) => {
    await sleep(REST_MS);
    return Promise.all(ids.map(async (id) => (await memoryOf(docker, id)).used));
  };
  const keepMemory = async (lab, ms) => {
    const { nodes } = (await observeLabs(docker)).get(lab);
    memory.labctl.push(...(await atRest([...nodes.values()].map(({ id }) => id))));
    return ms;
  };
  const withoutSizes = ({ command, ...service }) => ({
    ...service,
    command: command.filter((flag) => !SIZES.test(flag)),
  });
  try {
    // Also makes the images.
    const write = async () => {
      await writePlain(LAB, file);
      await writePlain(LAB, ownSizes, withoutSizes);
    };
    await withLab(LAB, write, STACK);
    const samples = await interleave(Math.ceil(rounds / 2), {
      plain: () => plainUp(file, replicates(docker)),
      labctl: () => withLab(LAB, keepMemory, STACK),
    });
    await plainUp(ownSizes, answers(docker), {
      only: ['mysql-1'],
      look: async (containers) =>
        memory.own.push(...(await atRest([...containers.values()].map(({ id }) => id)))),
    });
    return [
      row('compose up and the same steps, to ready', 'ms', samples.plain),
      row('labctl up, to ready', 'ms', samples.labctl),
      row('labctl / compose', 'ratio', ratios(samples.labctl, samples.plain), atMost(2)),
      row("a server, labctl's sizes", 'MiB', memory.labctl, atMost(256)),
      row("a server, MySQL's own sizes", 'MiB', memory.own),
    ];
  } finally {
    await rm(dir, { recursive: true });
  }
}

const accessTo = (docker, containers) => (node) => ({
  exec: (command, options) =>
    runInContainer(docker, containers.get(node.name).id, command, options),
});

/** Does, of what labctl does in `up`, what can be done now; true when nothing is left. */
function replicates(docker) {
  const model = loadModel({ stack: STACK });
  let steps = stepsOf(model);
  return async (containers) => {
    const of = accessTo(docker, containers);
    const left = [];
    for (const step of steps) if (!(await step.run({ of }, () => {})).done) left.push(step);
    steps = left;
    const healths = await Promise.all(
      model.nodes.map(async (node) => [
        node.name,
        await system.probe(of(node), node, configOf(model, node)),
      ]),
    );
    return !steps.length && !system.unready(new Map(healths));
  };
}

/** True when the first server does. */
function answers(docker) {
  const model = loadModel({ stack: STACK });
  const [node] = model.nodes;
  return async (containers) =>
    (await system.claim(accessTo(docker, containers)(node), node, configOf(model, node))) !==
    undefined;
}
