// A lab's nodes as plain `docker compose` runs them: the same images and words on one ordinary
// network, without a proxy.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse, stringify } from 'yaml';
import { renderedDir } from '../dist/package/files.js';
import { docker, timed } from './run.mjs';

const PROJECT = 'bench-plain';
const POLL_MS = 100;
const LIMIT_MS = 180_000;

/** Writes to `file` the nodes of the lab's compose file and nothing else of it. */
export async function writePlain(lab, file, change = (service) => service) {
  const rendered = parse(await readFile(join(renderedDir(lab), 'compose.yaml'), 'utf8'));
  const nodes = Object.entries(rendered.services).filter(([, { labels }]) => labels['labctl.node']);
  const plain = nodes.map(([name, { labels, networks, ...service }]) => [name, change(service)]);
  const project = {
    name: PROJECT,
    services: Object.fromEntries(plain),
    volumes: Object.fromEntries(Object.keys(rendered.volumes).map((name) => [name, {}])),
  };
  await writeFile(file, stringify(project));
}

/** Until `isReady`, which gets the containers by the names of nodes; then `look` has them, too. */
export async function plainUp(file, isReady, { only = [], look = () => {} } = {}) {
  try {
    const words = ['up', '-d', '--pull', 'never', ...only];
    const { ms } = await timed('docker', ['compose', '-f', file, ...words]);
    const startedMs = performance.now();
    const containers = await runningContainers();
    while (!(await isReady(containers))) {
      if (performance.now() > startedMs + LIMIT_MS)
        throw new Error('the nodes without proxies did not become healthy');
      await sleep(POLL_MS);
    }
    const tookMs = ms + performance.now() - startedMs;
    await look(containers);
    return tookMs;
  } finally {
    await docker('compose', '-f', file, 'down', '-v', '-t', '0');
  }
}

/** Node -> its container's id, and what it publishes as `docker ps` prints it. */
async function runningContainers() {
  const format = '{{.Label "com.docker.compose.service"}} {{.ID}} {{.Ports}}';
  const filter = `label=com.docker.compose.project=${PROJECT}`;
  const lines = (await docker('ps', '--filter', filter, '--format', format)).split('\n');
  const words = lines.map((line) => /^(\S+) (\S+) ?(.*)$/.exec(line).slice(1));
  return new Map(words.map(([name, id, ports]) => [name, { id, ports }]));
}
