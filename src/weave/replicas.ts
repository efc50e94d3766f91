// A service of several containers -> a service for each: `web` with `replicas: 3` is web-1, web-2
// and web-3. All bear the name `web` too, so that who dials it meets one of them, as with compose.
import { readLink } from './names.ts';
import type { PortMapping, Project, Service } from './project.ts';

/** How many containers compose would start. */
export function replicasOf({ scale, deploy }: Service): number {
  return Number(scale ?? deploy?.replicas ?? 1);
}

/** The services that `name` becomes. */
export function replicaNames(name: string, service: Service): string[] {
  const count = replicasOf(service);
  return count === 1 ? [name] : Array.from({ length: count }, (_, i) => `${name}-${i + 1}`);
}

/** `origins`: each service of the new project -> the one of `project` that it is, or is of. */
export function spreadReplicas(project: Project): {
  readonly project: Project;
  readonly origins: ReadonlyMap<string, string>;
} {
  const names = new Map(
    Object.entries(project.services).map(([name, service]) => [name, replicaNames(name, service)]),
  );
  const spread = [...names].flatMap(([name, replicas]) => {
    const { depends_on = {}, links = [], ...rest } = project.services[name]!;
    const service: Service = {
      ...rest,
      depends_on: Object.fromEntries(
        Object.entries(depends_on).flatMap(([to, how]) =>
          (names.get(to) ?? [to]).map((each) => [each, how]),
        ),
      ),
      links: links.map(readLink).flatMap(({ to, alias }) => {
        return (names.get(to) ?? [to]).map((each) => `${each}:${alias}`);
      }),
    };
    return replicas.map((replica, index): [string, Service] => [
      replica,
      oneOf(replica === name ? [] : [name], service, index),
    ]);
  });
  const origins = [...names].flatMap(([name, replicas]) =>
    replicas.map((each): [string, string] => [each, name]),
  );
  return {
    project: { ...project, services: Object.fromEntries(spread) },
    origins: new Map(origins),
  };
}

/** A port on the machine can be that of one replica alone; of a range each takes one. */
function oneOf(names: readonly string[], service: Service, index: number): Service {
  const networks = Object.entries(service.networks ?? {}).map(([network, use]) => [
    network,
    { ...use, aliases: [...(use?.aliases ?? []), ...names] },
  ]);
  const ports = service.ports?.map(({ published = '', ...mapping }): PortMapping => {
    const [first, last = first] = published.split('-').map(Number) as [number, number?];
    const own = first + index;
    return published && own <= last ? { ...mapping, published: `${own}` } : mapping;
  });
  return { ...service, networks: Object.fromEntries(networks), ...(ports && { ports }) };
}
