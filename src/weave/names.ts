// The names of a project's services as names of nodes, and what else each is dialled by.
import { nodeNameProblem, toLabName } from '../stack/names.ts';
import type { Project, Service } from './project.ts';

/** `my_db` -> `my-db`: a node's name is stricter than a service's. */
export function toNodeName(service: string): string {
  if (!nodeNameProblem(service)) return service;
  const name = toLabName(service);
  return nodeNameProblem(name) ? toLabName(`node-${name}`) : name;
}

/**
 * By what others dial it: the service's name, its aliases and, as since Docker 25, its hostname;
 * each once, without the node's. To everybody localhost is who says it.
 */
export function aliasesOf(name: string, { services }: Project): string[] {
  const { container_name, hostname, networks = {} } = services[name]!;
  const given = Object.values(networks).flatMap((use) => use?.aliases ?? []);
  const linked = Object.values(services)
    .flatMap(({ links = [] }) => links.map(readLink))
    .flatMap(({ to, alias }) => (to === name ? [alias] : []));
  const taken = ['localhost', ...Object.keys(services)];
  const own = [container_name, hostname].filter(
    (each) => each && !taken.includes(each),
  ) as string[];
  const all = new Set([name, ...own, ...given, ...linked]);
  all.delete(toNodeName(name));
  return [...all];
}

/** `db:database` */
export function readLink(link: string): { to: string; alias: string } {
  const [to, alias = to] = link.split(':') as [string, string?];
  return { to, alias };
}

/** True where compose itself would let one dial the other. */
export const shareNetwork = (a: Service, b: Service): boolean =>
  Object.keys(a.networks ?? {}).some((network) => network in (b.networks ?? {}));
