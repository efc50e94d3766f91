// A compose project -> a stack whose nodes are its services, with an edge wherever one service
// dials another. Pure: compose has read the project, and images have been looked at, before.
import { LabError } from '../errors.ts';
import { type ExtraNode, edgeName, HOST, type Link, type Stack } from '../stack/model.ts';
import { labNameProblem, toLabName } from '../stack/names.ts';
import { type FoundEdge, findEdges, type NamedService } from './edges.ts';
import { aliasesOf, toNodeName } from './names.ts';
import { isCarried, isTcp, knownPorts, NOT_CARRIED, readExpose, sorted } from './ports.ts';
import type { PortMapping, Project, Service } from './project.ts';
import { replicaNames, replicasOf, spreadReplicas } from './replicas.ts';
import { type Remark, serviceOf, whyImpossible } from './service.ts';
import { NOTHING_SEEN, type Seen } from './texts.ts';

export interface WeaveChoice {
  /** The lab's name. Default: the project's, with `-lab` behind it. */
  readonly lab?: string | undefined;
  /** More edges than those that are found: `web:db:3306`, `host:db`. */
  readonly edges?: readonly string[] | undefined;
  /** Services to leave out. */
  readonly without?: readonly string[] | undefined;
}

interface WovenNode {
  readonly name: string;
  readonly service: string;
  /** null where the project builds it without a name. */
  readonly image: string | null;
  readonly ports: readonly number[];
}

interface WovenEdge {
  readonly name: string;
  readonly ports: readonly number[];
  /** By what it is known: `depends_on`, `environment DATABASE_URL`. */
  readonly why: readonly string[];
}

export interface Woven {
  readonly stack: Stack;
  readonly nodes: readonly WovenNode[];
  readonly edges: readonly WovenEdge[];
  /** All that the lab has otherwise than the project. */
  readonly notWoven: readonly Remark[];
}

/**
 * Throws weave-impossible with every service that cannot be woven; usage for words that stand for
 * no service.
 */
export function weave(
  whole: Project,
  seenOf: ReadonlyMap<string, Seen>,
  { lab = toLabName(`${whole.name}-lab`), edges: given = [], without = [] }: WeaveChoice = {},
): Woven {
  const problem = labNameProblem(lab);
  if (problem) throw new LabError('usage', `--lab: ${JSON.stringify(lab)} ${problem}`);
  const idle = Object.keys(whole.services).filter((name) => !replicasOf(whole.services[name]!));
  const kept = leaveOut(whole, [...without, ...idle]);
  refuseImpossible(kept);
  const { project, origins } = spreadReplicas(kept);
  const names = Object.keys(project.services);
  const named = names.map((service): NamedService => {
    return { service, name: toNodeName(service), group: origins.get(service)!, role: 'custom' };
  });
  const seen = new Map(names.map((name) => [name, seenOf.get(origins.get(name)!) ?? NOTHING_SEEN]));
  const found = findEdges(project, { edges: given, seen, named });
  const asked = found.edges.filter(({ from }) => from === HOST);
  const dialled = found.edges.filter(({ from }) => from !== HOST);
  const { warnings = [] } = whole;
  const remarks = [
    ...warnings.map((why): Remark => ({ what: 'the project', key: 'a warning of compose', why })),
    ...without.map((what): Remark => ({ what, key: 'all of it', why: '--without' })),
    ...idle.map((what): Remark => ({ what, key: 'all of it', why: 'it has 0 replicas' })),
  ];
  const rename = (service: string) =>
    named.find(({ group }) => group === service)?.name ?? toNodeName(service);
  const parts = named.map(({ service, name, group }) => {
    const said = knownPorts(project.services[service]!, seen.get(service)!.ports);
    const { node, remarks: own } = toNode(service, project, said, found.edges, rename);
    if (name === rename(group)) remarks.push(...own.map((remark) => ({ ...remark, what: group })));
    return [name, group, group === service ? node : { ...node, group: toNodeName(group) }] as const;
  });
  const links = dialled.map(
    ({ from, to, ports }): Link => ({ from: toNodeName(from), to: toNodeName(to), ports }),
  );
  return {
    stack: {
      ...{ name: lab, systems: {}, links, parts: partsOf(project, remarks) },
      nodes: Object.fromEntries(parts.map(([name, , node]) => [name, node])),
    },
    nodes: parts.map(([name, service, { ports }]) => {
      return { name, service, image: kept.services[service]!.image ?? null, ports };
    }),
    edges: [
      ...dialled.map(({ from, to, ports, why }) => {
        return { name: edgeName(toNodeName(from), toNodeName(to)), ports, why };
      }),
      ...parts.flatMap(([name, , { published = {} }]) => hostEdge(name, published, asked)),
    ],
    notWoven: [...remarks, ...found.remarks],
  };
}

function leaveOut(project: Project, without: readonly string[]): Project {
  const { services } = project;
  const stranger = without.find((name) => !(name in services));
  if (stranger !== undefined)
    throw new LabError('usage', `--without ${stranger}: the project has no such service`, {
      hint: `services: ${Object.keys(services).join(', ')}`,
    });
  const kept = Object.entries(services).filter(([name]) => !without.includes(name));
  // Compose itself keeps a dependency that is not `required` and whose profile is off.
  const stays = (name: string) => name in services && !without.includes(name);
  const trimmed = kept.map(([name, service]): [string, Service] => {
    const { depends_on = {}, links = [] } = service;
    const after = Object.entries(depends_on).filter(([to]) => stays(to));
    const linked = links.filter((link) => stays(link.split(':')[0]!));
    return [name, { ...service, depends_on: Object.fromEntries(after), links: linked }];
  });
  return { ...project, services: Object.fromEntries(trimmed) };
}

function refuseImpossible({ services, secrets = {}, configs = {} }: Project): void {
  const names = Object.keys(services);
  const nodeNames = (name: string) => replicaNames(name, services[name]!).map(toNodeName);
  const details = Object.entries(services).flatMap(([name, service]) => {
    const why = whyImpossible(service, names);
    const own = nodeNames(name);
    const twin = names.find(
      (other) => other !== name && nodeNames(other).some((each) => own.includes(each)),
    );
    const clash = twin && `as the name of a node it would be the same as ${twin}`;
    return [why && `${name}: ${why}`, clash && `${name}: ${clash}`].filter(
      (line) => !!line,
    ) as string[];
  });
  const stuck = details.map((line) => line.split(':')[0]!);
  for (const [kind, parts] of Object.entries({ secret: secrets, config: configs }))
    for (const [name, { external }] of Object.entries(parts))
      if (external) details.push(`${kind} ${name}: it is external, and only a swarm keeps such`);
  if (!names.length) details.push('it has no service');
  if (!details.length) return;
  const flags = [...new Set(stuck)].map((name) => ` --without ${name}`).join('');
  throw new LabError('weave-impossible', 'some of this project cannot be woven', {
    details,
    ...(flags && { hint: `leave out what may be missing: labctl weave ...${flags}` }),
  });
}

function toNode(
  name: string,
  project: Project,
  said: readonly number[],
  edges: readonly FoundEdge[],
  rename: (service: string) => string,
): { node: ExtraNode; remarks: Remark[] } {
  const own = project.services[name]!;
  const { service, remarks } = serviceOf(name, own, rename);
  const { published, remarks: unpublished } = publishedOf(name, own.ports ?? []);
  const to = edges.filter((edge) => edge.to === name);
  const asked = to.filter(({ from }) => from === HOST).flatMap(({ ports }) => ports);
  for (const port of asked) published[port] ??= null;
  const after = Object.entries(own.depends_on ?? {}).map(([each, how]) => [toNodeName(each), how]);
  return {
    node: {
      ports: sorted([...said, ...to.flatMap(({ ports }) => ports)]),
      connects: [],
      published,
      aliases: aliasesOf(name, project),
      service: { ...service, depends_on: Object.fromEntries(after) },
    },
    remarks: [...remarks, ...unexposed(name, own.expose ?? []), ...unpublished],
  };
}

function unexposed(what: string, expose: readonly string[]): Remark[] {
  return expose.flatMap((text): Remark[] => {
    const key = `expose ${text}`;
    if (!readExpose(text).length) return [{ what, key, why: 'a proxy carries TCP only' }];
    return readExpose(text).every(isCarried) ? [] : [{ what, key, why: NOT_CARRIED }];
  });
}

/** Port inside -> the port on 127.0.0.1; null where nobody chose one. */
function publishedOf(what: string, mappings: readonly PortMapping[]) {
  const published: Record<string, number | null> = {};
  const remarks: Remark[] = [];
  for (const mapping of mappings) {
    const { target, published: outside = '', protocol, host_ip: address } = mapping;
    const key = `ports ${outside && `${outside}:`}${target}/${protocol ?? 'tcp'}`;
    const remark = (why: string) => remarks.push({ what, key, why });
    if (!isTcp(mapping)) remark('a proxy carries TCP only');
    else if (!isCarried(target)) remark(NOT_CARRIED);
    else if (target in published) remark('one port inside is published once');
    else published[target] = /^\d+$/.test(outside) ? Number(outside) : null;
    if (address && !/^(127\.|0\.0\.0\.0|::)/.test(address))
      remark(`published on 127.0.0.1, not on ${address}`);
  }
  return { published, remarks };
}

function hostEdge(
  to: string,
  published: NonNullable<ExtraNode['published']>,
  asked: readonly FoundEdge[],
): WovenEdge[] {
  const pairs = Object.entries(published);
  if (!pairs.length) return [];
  const told = asked.filter((edge) => toNodeName(edge.to) === to);
  const ports = pairs.map(([inside]) => Number(inside));
  const chosen = new Set(told.flatMap((edge) => edge.ports));
  const own = pairs.flatMap(([inside, outside]) => {
    if (outside !== null) return `ports ${outside}:${inside}`;
    return chosen.has(Number(inside)) ? [] : `ports ${inside}`;
  });
  const why = [...own, ...told.flatMap((edge) => edge.why)];
  return [{ name: edgeName(HOST, to), ports, why }];
}

/** Volumes, secrets and configs, under names of the lab's: what is the user's stays untouched. */
function partsOf(
  { volumes = {}, secrets = {}, configs = {}, networks = {} }: Project,
  remarks: Remark[],
) {
  const unnamed = <T extends object>(parts: Readonly<Record<string, T | null>>) =>
    Object.fromEntries(
      Object.entries(parts).map(([name, part]) => {
        const { name: _, external, labels, ...rest } = { ...part } as Record<string, unknown>;
        return [name, external ? {} : rest];
      }),
    );
  for (const [name, volume] of Object.entries(volumes))
    if (volume?.external)
      remarks.push({
        ...{ what: `volume ${name}`, key: 'external' },
        why: 'the lab has an empty one of its own in its place',
      });
  for (const [name, { external, driver = 'bridge', enable_ipv6 }] of Object.entries(networks)) {
    const remark = (key: string, why: string) =>
      remarks.push({ what: `network ${name}`, key, why });
    if (external) remark('external', 'what else is on it cannot be dialled');
    if (driver !== 'bridge') remark(`driver ${driver}`, 'each node has a bridge of its own');
    if (enable_ipv6) remark('enable_ipv6', 'a proxy carries IPv4 only');
  }
  return { volumes: unnamed(volumes), secrets: unnamed(secrets), configs: unnamed(configs) };
}
