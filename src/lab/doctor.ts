// doctor: what labctl needs, one finding each, with what was found and how to mend it.
import { freemem, totalmem } from 'node:os';
import type Docker from 'dockerode';
import { CONFIGS_SINCE, composeVersion, isSince } from '../docker/compose.ts';
import { findEndpoint, openDocker } from '../docker/connect.ts';
import { usedSubnets } from '../docker/observe.ts';
import { findTiers } from '../docker/tiers.ts';
import { LabError } from '../errors.ts';
import { TIERS } from '../faults/fault.ts';
import { faultKinds } from '../faults/index.ts';
import { assignPorts } from '../stack/ports.ts';
import { allocateSubnets } from '../stack/subnets.ts';
import { isFree, SUBNETS_DEFAULT } from './place.ts';

interface Finding {
  readonly name: string;
  readonly ok: boolean;
  readonly found: string;
  /** One thing to do; empty when all is well. */
  readonly fix: string;
}

const NODE_MIN = '20.12';
const API_MIN = '1.41';
const COMPOSE_MIN = '2.20';

/** Memory that a lab of three etcd members with its proxies takes, with room to spare. */
const MEMORY_MIN_BYTES = 1e9;

/** Needs nothing to be there; never throws for what it finds. */
export async function examine(env: NodeJS.ProcessEnv = process.env): Promise<Finding[]> {
  const node = atLeast('node', process.versions.node, NODE_MIN, 'install Node 20.12 or newer');
  const compose = composeFinding(await composeVersion());
  let docker: Docker;
  try {
    docker = await openDocker(env);
  } catch (error) {
    const { message, hint } = error as LabError;
    return [node, { name: 'docker', ok: false, found: message, fix: hint }, compose];
  }
  return [node, ...(await engineFindings(docker, env)), compose, memoryFinding()];
}

async function engineFindings(docker: Docker, env: NodeJS.ProcessEnv): Promise<Finding[]> {
  const [{ Version, ApiVersion }, { CgroupVersion, Images, Driver }, taken] = await Promise.all([
    docker.version(),
    docker.info() as Promise<{ CgroupVersion?: string; Images: number; Driver: string }>,
    usedSubnets(docker),
  ]);
  const { host, context } = findEndpoint(env);
  const fix = 'upgrade Docker to 20.10 or newer';
  return [
    { name: 'docker', ok: true, found: `${Version} at ${host} (context ${context})`, fix: '' },
    atLeast('docker api', ApiVersion, API_MIN, fix),
    {
      name: 'storage',
      ok: true,
      found: `${Driver}, cgroup v${CgroupVersion ?? '1'}, ${Images} images`,
      fix: '',
    },
    subnetFinding(taken, env.LABCTL_UP_SUBNETS ?? SUBNETS_DEFAULT),
    await portFinding(),
    await imageFinding(docker),
    ...(await tierFindings(docker)),
  ];
}

/** Asks for ports as `up` does, for a lab that nobody has. */
async function portFinding(): Promise<Finding> {
  const wants = Array.from({ length: 3 }, (_, i) => ({ key: `doctor-${i}` }));
  const found = [...(await assignPorts(wants, 'doctor', isFree)).values()].join(', ');
  return { name: 'ports', ok: true, found: `${found} and more are free on 127.0.0.1`, fix: '' };
}

/** Never a fault: up pulls or builds what is not here. */
async function imageFinding(docker: Docker): Promise<Finding> {
  const images = await docker.listImages();
  const tags = images.flatMap(({ RepoTags }) => RepoTags ?? []);
  const own = tags.filter((tag) => /^(labctl|quay\.io\/coreos)\//.test(tag)).sort();
  const proxies = own.filter((tag) => tag.startsWith('labctl/proxy:'));
  const shown = own.filter((tag) => !proxies.includes(tag));
  if (proxies.length) shown.push(`labctl/proxy of ${proxies.length} versions`);
  const found = shown.join(', ') || 'none yet; up pulls or builds them';
  return { name: 'images', ok: true, found, fix: '' };
}

/** Never a fault of the whole: every tier has others that work everywhere. */
async function tierFindings(docker: Docker): Promise<Finding[]> {
  const tiers = await findTiers(docker);
  if (!tiers)
    return [{ name: 'faults', ok: true, found: 'known after the first labctl up', fix: '' }];
  return TIERS.map((tier) => {
    const kinds = Object.keys(faultKinds).filter((kind) => faultKinds[kind]!.tier === tier);
    const problem = tiers[tier];
    const found = problem ? `not on this engine (${problem}): ` : '';
    return { name: `faults: ${tier}`, ok: true, found: `${found}${kinds.join(', ')}`, fix: '' };
  });
}

const COMPOSE_FIX =
  'install the compose plugin: apt-get install docker-compose-v2, or docs.docker.com';

function composeFinding(version: string | null): Finding {
  if (!version)
    return { name: 'compose', ok: false, found: 'docker has no compose plugin', fix: COMPOSE_FIX };
  const finding = atLeast('compose', version, COMPOSE_MIN, COMPOSE_FIX);
  if (!finding.ok || isSince(version, CONFIGS_SINCE)) return finding;
  return { ...finding, found: `${finding.found}; for tidb and monitor ${CONFIGS_SINCE} or newer` };
}

function atLeast(name: string, version: string, least: string, fix: string): Finding {
  const ok = isSince(version, least);
  const found = ok ? version : `${version}, older than ${least}`;
  return { name, ok, found, fix: ok ? '' : fix };
}

function subnetFinding(taken: readonly string[], range: string): Finding {
  const wanted = [{ name: 'one more', addresses: 1 }];
  try {
    const free = allocateSubnets(wanted, range, taken, new Map()).get('one more');
    return { name: 'subnets', ok: true, found: `${free} is free in ${range}`, fix: '' };
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    return { name: 'subnets', ok: false, found: error.message, fix: error.hint };
  }
}

/** Of this machine; a remote engine's is not known. */
function memoryFinding(): Finding {
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
  const ok = freemem() > MEMORY_MIN_BYTES;
  const found = `${gigabytes(freemem())} free of ${gigabytes(totalmem())}`;
  return { name: 'memory', ok, found, fix: ok ? '' : 'take down labs that are not needed' };
}
