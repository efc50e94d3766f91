// The files that a project gives its services, where names of others may stand: what it mounts,
// its configs, and what its Dockerfiles copy. Which they are; reading them is for others.
import { resolve } from 'node:path';
import type { Project, Service } from './project.ts';

/** What a file says, and by what name FROM speaks of it. */
export interface TextFile {
  /** `file nginx.conf`, `config site`. */
  readonly where: string;
  readonly text: string;
}

/** A service beyond its own words: what its image or Dockerfile exposes, what its files say. */
export interface Seen {
  readonly ports: readonly number[];
  readonly texts: readonly TextFile[];
}

export const NOTHING_SEEN: Seen = { ports: [], texts: [] };

interface Mount {
  readonly type?: string;
  readonly source?: string;
}

/** Files and folders of this machine that end in the service's container. Secrets stay secret. */
export function givenPaths(service: Service, project: Project, dockerfile: string): string[] {
  const mounts = (service.volumes ?? []) as readonly Mount[];
  const bound = mounts.flatMap(({ type, source }) => (type === 'bind' && source ? [source] : []));
  const configs = configsOf(service, project).flatMap(({ file }) => (file ? [file] : []));
  const context = service.build?.context;
  const copied = context ? copiedBy(dockerfile).map((path) => resolve(context, path)) : [];
  return [...new Set([...bound, ...configs, ...copied])];
}

/** Configs whose text stands in the project itself. */
export const inlineTexts = (service: Service, project: Project): TextFile[] =>
  configsOf(service, project).flatMap(({ source, content }) =>
    content ? [{ where: `config ${source}`, text: content }] : [],
  );

function configsOf(service: Service, { configs = {} }: Project) {
  const used = (service.configs ?? []) as readonly { readonly source: string }[];
  return used.map(({ source }) => ({ ...configs[source], source }));
}

/** The sources of a Dockerfile's COPY and ADD lines, but for those of other stages. */
export function copiedBy(dockerfile: string): string[] {
  const lines = dockerfile.replace(/\\\r?\n/g, ' ').matchAll(/^\s*(?:COPY|ADD)\s+(.*)$/gim);
  return [...lines].flatMap(([, rest]) => {
    const words = rest!.split(/[\s,"[\]]+/).filter(Boolean);
    if (words.some((word) => word.startsWith('--from='))) return [];
    return words.filter((word) => !/^--|^\w+:\/\//.test(word)).slice(0, -1);
  });
}
