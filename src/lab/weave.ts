// weave: a compose project that never heard of labctl becomes a lab.
import type Docker from 'dockerode';
import { type ProjectFiles, readComposeProject } from '../docker/compose.ts';
import { openDocker } from '../docker/connect.ts';
import { foreignProject, imagePorts } from '../docker/foreign.ts';
import { ensureImage } from '../docker/images.ts';
import { LabError } from '../errors.ts';
import { buildModel } from '../stack/build-model.ts';
import { systems } from '../systems/index.ts';
import { exposedBy } from '../weave/ports.ts';
import { type Project, readProject, type Service } from '../weave/project.ts';
import type { Seen } from '../weave/texts.ts';
import { type WeaveChoice, type Woven, weave } from '../weave/weave.ts';
import { silent } from './report.ts';
import { openSession } from './session.ts';
import { type StartOptions, type UpResult, upModel } from './up.ts';
import { throwIfDead } from './wait-ready.ts';
import { dockerfileOf, readTexts } from './weave-texts.ts';

export interface WeaveOptions extends ProjectFiles, WeaveChoice, StartOptions {}

/** What would be woven. Nothing is pulled: the ports of an image that is not here are guessed. */
export async function planWeave(options: WeaveOptions): Promise<Woven> {
  const project = readProject(await readComposeProject(options));
  weave(project, new Map(), options); // what is impossible is said before the engine is asked
  const docker = await openDocker();
  const ports = (service: Service) => exposedPorts(docker, service);
  return weave(project, await seeServices(project, options, ports), options);
}

/** Weaves and starts it. Throws weave-impossible, and what `up` throws. */
export async function weaveUp(options: WeaveOptions): Promise<{ woven: Woven; result: UpResult }> {
  const project = readProject(await readComposeProject(options));
  const { stack } = weave(project, new Map(), options);
  const docker = await openDocker();
  await refuseForeign(docker, stack.name);
  const { report = silent, pull = 'missing', signal } = options;
  const seen = await seeServices(project, options, async (service) => {
    const { image: ref, build } = service;
    const say = (state: string) =>
      report({ subject: String(ref), kind: 'image', state, done: false });
    const cancel = signal ? { signal } : {};
    if (ref && !build) await ensureImage(docker, { ref }, { pull, say, ...cancel });
    return exposedPorts(docker, service);
  });
  const woven = weave(project, seen, options);
  const started = upModel(buildModel(woven.stack, systems), options);
  return { woven, result: await started.catch((error) => sayWhy(docker, stack.name, error)) };
}

/** Compose says that a job failed on which others depend; what the job said itself says why. */
async function sayWhy(docker: Docker, lab: string, error: LabError): Promise<never> {
  const isCompose = error.code === 'compose-failed';
  const session = isCompose && (await openSession(lab, docker).catch(() => undefined));
  if (session) await throwIfDead(session);
  throw error;
}

/**
 * Compose tells its projects apart by their names alone: a lab that is called like one would take
 * over its containers and its data.
 */
async function refuseForeign(docker: Docker, lab: string): Promise<void> {
  const found = await foreignProject(docker, lab);
  if (!found.length) return;
  throw new LabError('weave-impossible', `a compose project of yours is called ${lab} already`, {
    details: found,
    hint: `give the lab another name: --lab ${lab}-2`,
  });
}

/** Reads the files that the services are given; `ports` finds what their images expose. */
async function seeServices(
  project: Project,
  { files = [], without = [] }: WeaveOptions,
  ports: (service: Service) => Promise<readonly number[]>,
): Promise<Map<string, Seen>> {
  const woven = Object.entries(project.services).filter(([name]) => !without.includes(name));
  const seen = woven.map(async ([name, service]): Promise<[string, Seen]> => {
    return [name, { ports: await ports(service), texts: readTexts(service, project, files[0]) }];
  });
  return new Map(await Promise.all(seen));
}

async function exposedPorts(docker: Docker, service: Service): Promise<readonly number[]> {
  if (service.build) return exposedBy(dockerfileOf(service));
  return (service.image && (await imagePorts(docker, service.image))) || [];
}
