// Who dials whom in a compose project, on which ports, and by what that is known.
import { LabError } from '../errors.ts';
import { parseAddress } from '../stack/addresses.ts';
import { edgeName, HOST } from '../stack/model.ts';
import { type Named, selectNodes } from '../stack/select.ts';
import { findMentions } from './mentions.ts';
import { aliasesOf, readLink, shareNetwork } from './names.ts';
import { isCarried, knownPorts, NOT_CARRIED, sorted } from './ports.ts';
import type { Project } from './project.ts';
import type { Remark } from './service.ts';
import type { Seen } from './texts.ts';

/** An edge between services, by their names in the project. */
export interface FoundEdge {
  readonly from: string;
  readonly to: string;
  readonly ports: readonly number[];
  readonly why: readonly string[];
}

interface Given {
  /** `web:db`, `web::db:3306`, `host:db`, with globs. */
  readonly edges: readonly string[];
  readonly seen: ReadonlyMap<string, Seen>;
  readonly named: readonly NamedService[];
}

/** A service as a node: its `group` is the service of which it is a replica, or itself. */
export type NamedService = Named & { readonly service: string };

/** Edges in the order in which they are found; `host` dials too where it is told to. */
export function findEdges(
  project: Project,
  given: Given,
): { edges: FoundEdge[]; remarks: Remark[] } {
  const found = new Map<
    string,
    { from: string; to: string; ports: Set<number>; why: Set<string> }
  >();
  const remarks = new Map<string, Remark>();
  const remark = (each: Remark) => remarks.set(JSON.stringify(each), each); // once for all replicas
  const told = new Map<string, Set<number>>();
  const groupOf = (name: string) => given.named.find(({ service }) => service === name)!.group;
  const add = (from: string, to: string, port: number | undefined, why: string) => {
    if (from === to) return;
    const name = edgeName(from, to);
    const edge = found.get(name) ?? { from, to, ports: new Set(), why: new Set() };
    found.set(name, edge);
    edge.why.add(why);
    if (port !== undefined) edge.ports.add(port);
  };
  for (const wish of wishesOf(project, given.seen)) {
    const { from, to, port, why } = wish;
    if (port !== undefined && !isCarried(port)) {
      remark({ what: groupOf(from), key: why, why: `${groupOf(to)}:${port}: ${NOT_CARRIED}` });
      continue;
    }
    if (port !== undefined) told.set(to, (told.get(to) ?? new Set()).add(port));
    if (from === to) continue;
    const apart = `no edge to ${groupOf(to)}: they share no network`;
    if (shareNetwork(project.services[from]!, project.services[to]!)) add(from, to, port, why);
    else remark({ what: groupOf(from), key: why, why: apart });
  }
  for (const { from, to, why, address } of mentionedAddresses(project, given.seen)) {
    const name = groupOf(to);
    const only = `${address} is ${name}'s address with compose alone; its name is ${name}`;
    remark({ what: groupOf(from), key: why, why: only });
  }
  for (const text of given.edges)
    for (const { from, to, port } of readEdge(text, given.named))
      add(from, to, port, `--edge ${text}`);

  const edges = [...found.values()].flatMap(({ from, to, ports, why }): FoundEdge[] => {
    const known = knownPorts(project.services[to]!, given.seen.get(to)!.ports);
    const all = sorted([...ports, ...known, ...(told.get(to) ?? [])]);
    if (all.length) return [{ from, to, ports: all, why: [...why] }];
    const name = edgeName(from === HOST ? HOST : groupOf(from), groupOf(to));
    const reason = `no port of ${groupOf(to)} is known: --edge ${name}:PORT`;
    remark({ what: name, key: [...why].join(', '), why: reason });
    return [];
  });
  return { edges, remarks: [...remarks.values()] };
}

interface Wish {
  readonly from: string;
  readonly to: string;
  readonly port?: number;
  readonly why: string;
}

/**
 * What the project itself says; a service that names itself says where others dial it. A job that
 * ends before others begin is not dialled by them.
 */
function wishesOf(project: Project, seen: Given['seen']): Wish[] {
  const names = Object.keys(project.services);
  const owners = new Map<string, string[]>();
  for (const name of names)
    for (const alias of [name, ...aliasesOf(name, project)])
      owners.set(alias, [...(owners.get(alias) ?? []), name]);
  return Object.entries(project.services).flatMap(([from, service]): Wish[] => {
    const { depends_on = {}, links = [] } = service;
    const linked = links.map((link) => readLink(link).to);
    const after = Object.entries(depends_on)
      .filter(([, { condition }]) => condition !== 'service_completed_successfully')
      .map(([to]) => to)
      .filter((to) => !linked.includes(to)); // compose adds what is linked
    const { texts } = seen.get(from)!;
    const told = findMentions(service, [...owners.keys()], texts);
    const mentions = told.flatMap(({ name, port, where }) =>
      owners
        .get(name)!
        .map((to) => ({ from, to, why: where, ...(port !== undefined && { port }) })),
    );
    return [
      ...linked.map((to) => ({ from, to, why: 'links' })),
      ...after.map((to) => ({ from, to, why: 'depends_on' })),
      ...mentions,
    ].filter(({ to }) => names.includes(to));
  });
}

/** Where the project dials by an address that it has fixed (`ipv4_address`). */
function mentionedAddresses({ services }: Project, seen: Given['seen']) {
  const owners = new Map(
    Object.entries(services).flatMap(([name, { networks = {} }]) =>
      Object.values(networks).flatMap((use): [string, string][] =>
        use?.ipv4_address ? [[use.ipv4_address, name]] : [],
      ),
    ),
  );
  return Object.entries(services).flatMap(([from, service]) =>
    findMentions(service, [...owners.keys()], seen.get(from)!.texts).map(
      ({ name: address, where }) => ({ from, to: owners.get(address)!, why: where, address }),
    ),
  );
}

/** Throws usage for words that stand for no service. */
function readEdge(text: string, named: readonly NamedService[]): Omit<Wish, 'why'>[] {
  const { from, to, port, both } = parseAddress(text);
  const find = (word: string) => {
    const chosen = selectNodes(word, named);
    const services = named.filter(({ name }) => chosen.includes(name)).map((each) => each.service);
    if (services.length) return services;
    throw new LabError('usage', `--edge ${text}: there is no service "${word}"`, {
      hint: `services: ${named.map(({ service }) => service).join(', ')}`,
    });
  };
  const number = Number(port ?? 1);
  if (!Number.isInteger(number) || !isCarried(number))
    throw new LabError('usage', `--edge ${text}: ${port} is no port that an edge can carry`, {
      hint: 'for example --edge web:db:3306',
    });
  const last = port === undefined ? {} : { port: number };
  const diallers = from === HOST ? [HOST] : find(from);
  return diallers.flatMap((a) =>
    find(to).flatMap((b) => [
      { from: a, to: b, ...last },
      ...(both ? [{ from: b, to: a, ...last }] : []),
    ]),
  );
}
