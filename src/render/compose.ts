// Model + placement -> the compose file. Pure and deterministic: the same input gives the same
// bytes.
import { isDeepStrictEqual } from 'node:util';
import { buildModel } from '../stack/build-model.ts';
import {
  type ComposeParts,
  configOf,
  type Edge,
  type ExtraNode,
  HOST,
  isCustom,
  isHostEdge,
  type Model,
  type Node,
  type ServiceContext,
  type Stack,
} from '../stack/model.ts';
import { type MonitorName, monitorsOf, withoutMonitor } from '../stack/monitor.ts';
import { withCountsOf } from '../stack/sizes.ts';
import { systems } from '../systems/index.ts';
import { type ComposeConfig, toConfigs } from './configs.ts';
import { monitorValues, watched } from './monitor.ts';
import { renderTemplate } from './templates.ts';

/** What is decided outside the model: where things go and which images they are. */
export interface Placement {
  /** Network name (a node's, or `host`) -> CIDR. */
  readonly subnets: ReadonlyMap<string, string>;
  /** `node/port name` -> port on 127.0.0.1; of a monitor too. */
  readonly hostPorts: ReadonlyMap<string, number>;
  /** Node of a system -> image. `build` is for a folder that plain compose runs. */
  readonly images: ReadonlyMap<string, ComposeImage>;
  readonly proxyImage: ComposeImage;
  /** Of the monitors that can run. */
  readonly monitors: ReadonlyMap<MonitorName, ComposeImage>;
  /** labctl's own version. */
  readonly version: string;
  /** Node that is there -> the stack of its container, whose sizes it keeps. */
  readonly made?: ReadonlyMap<string, Stack>;
  /** Nodes that come, or once came, to a group that runs. */
  readonly joined?: ReadonlySet<string>;
}

export interface ComposeImage {
  readonly ref: string;
  readonly build?: { readonly context: string; readonly suite?: string };
}

/** The networks a model needs, with how many addresses each must hold beside the gateway. */
export function networksOf(model: Model): { name: string; addresses: number }[] {
  const { stack, nodes, edges } = model;
  const monitors = monitorsOf(stack).length;
  const touching = (name: string) => edges.filter(({ from, to }) => from === name || to === name);
  const asked = new Set(watched(model).map(({ name }) => name));
  const hasHost = edges.some(isHostEdge) || monitors > 0;
  const names = [...nodes.map(({ name }) => name), ...(hasHost ? [HOST] : [])];
  return names.map((name) => {
    const beside = name === HOST ? monitors : asked.has(name) ? 1 : 0;
    return { name, addresses: touching(name).length + 1 + beside };
  });
}

/** Key of a published port, here and in `Placement.hostPorts`. */
export const hostPortKey = (node: Node, port: string): string => `${node.name}/${port}`;

/** The compose service of an edge: `--` is in no node's name. */
export const proxyService = ({ from, to }: Edge): string => `${from}--${to}`;

export function renderCompose(model: Model, placement: Placement): string {
  const lab = model.stack.name;
  const { version } = placement;
  const nodes = model.nodes.map((node) => {
    const then = modelThen(model, placement.made?.get(node.name));
    return {
      ...(isCustom(node) ? customValues(then, node) : systemValues(then, placement, node)),
      files: isCustom(node) ? [] : filesOf(then, placement, node),
      name: node.name,
      aliases: node.aliases ?? [],
      role: node.role,
      zone: node.zone,
      lab,
      version,
      stack: JSON.stringify(withoutMonitor(then.stack)),
    };
  });
  const networks = networksOf(model).map(({ name }) => ({
    name,
    internal: name !== HOST,
    subnet: placement.subnets.get(name)!,
    joined: placement.joined?.has(name),
  }));
  const { volumes: shared, ...parts } = model.stack.parts ?? { volumes: {} };
  const monitors = monitorValues(model, placement);
  const volumes = [
    ...model.nodes
      .filter((node) => !isCustom(node))
      .map((node) => ({ name: node.name, node: true, disk: diskOf(model, node), options: {} })),
    ...[
      ...Object.entries(shared),
      ...monitors.filter(({ volume }) => volume).map(({ name }) => [name, {}] as const),
    ].map(([name, options]) => ({ name, node: false, disk: undefined, options })),
  ];
  const proxies = model.edges.map((edge, i) => proxyValues(model, placement, edge, i === 0));
  const files = [...nodes, ...monitors].flatMap((service) => service.files);
  return renderTemplate('compose', {
    lab,
    version,
    nodes,
    proxies,
    monitors,
    networks,
    volumes,
    parts: withFiles(parts, files),
  });
}

/** As the node knew it when it was made: compose makes a container anew of which a word changes. */
function modelThen(model: Model, made: Stack | undefined): Model {
  const stack = made ? withCountsOf(model.stack, made, systems) : model.stack;
  if (isDeepStrictEqual(stack, model.stack)) return model;
  return buildModel(stack, systems, model.replaced);
}

function systemValues(model: Model, placement: Placement, node: Node): object {
  const { images } = placement;
  const { nodes, replaced } = model;
  const context = contextOf(model, placement, node);
  const { ref, build } = images.get(node.name)!;
  // One service builds for all that share the image; compose finds it by the image's name.
  const builder = nodes.find(({ name }) => images.get(name)?.ref === ref);
  const service = systems[node.system]!.service(node, context);
  return {
    template: `${node.system}/${service.template ?? node.role}`,
    hostname: node.name,
    image: { ref, build: node === builder ? build : undefined },
    service,
    config: context.config,
    replaced: replaced[node.name] && JSON.stringify(replaced[node.name]),
    labels: [],
  };
}

/** Files stand among the configs that a woven project may have. */
function withFiles(parts: Partial<ComposeParts>, files: readonly ComposeConfig[]) {
  const own = Object.fromEntries(files.map(({ id, content }) => [id, { content }]));
  return files.length ? { ...parts, configs: { ...parts.configs, ...own } } : parts;
}

const contextOf = (model: Model, { joined }: Placement, node: Node): ServiceContext => ({
  lab: model.stack.name,
  config: configOf(model, node),
  peers: model.nodes.filter(({ group }) => group === node.group),
  joined: joined?.has(node.name) ?? false,
});

function filesOf(model: Model, placement: Placement, node: Node) {
  const files = systems[node.system]!.files?.(node, contextOf(model, placement, node)) ?? {};
  return toConfigs(node.name, files);
}

/** The size of a node's data volume, where it has one. */
export const diskOf = (model: Model, node: Node): unknown =>
  isCustom(node) ? undefined : configOf(model, node).disk;

/**
 * Its own labels join those that labctl needs; a list of `key=value` is compose's other way to
 * write them.
 */
function customValues({ stack, edges }: Model, node: Node): object {
  const { labels = {}, hostname = node.name, ...own } = stack.nodes[node.name]!.service;
  const service = {
    ...own,
    ...(own.depends_on !== undefined && { depends_on: startAfter(own, edges, node) }),
  };
  const words = Array.isArray(labels)
    ? labels.map((label) => String(label).split(/=(.*)/s).slice(0, 2))
    : Object.entries(labels as object);
  const pairs = words.map(([key, value = '']) => ({ key, value: String(value) }));
  return { template: 'custom', service, hostname, replaced: undefined, labels: pairs };
}

/**
 * A woven service starts after those that its project says, and after the proxies by which it
 * dials: it finds names from the start, as it would without labctl.
 */
function startAfter(
  { depends_on }: ExtraNode['service'],
  edges: readonly Edge[],
  { name }: Node,
): object {
  const proxies = edges.filter(({ from }) => from === name).map(proxyService);
  const started = proxies.map((proxy) => [proxy, { condition: 'service_started' }]);
  return { ...(depends_on as object), ...Object.fromEntries(started) };
}

function proxyValues(model: Model, placement: Placement, edge: Edge, builds: boolean): object {
  const { proxyImage } = placement;
  const target = model.nodes.find(({ name }) => name === edge.to)!;
  const published = isHostEdge(edge)
    ? target.publish.map((port) => [
        target.ports[port],
        placement.hostPorts.get(hostPortKey(target, port)),
      ])
    : [];
  return {
    service: proxyService(edge),
    edge: edge.name,
    to: edge.to,
    fromNetwork: edge.from,
    aliases: isHostEdge(edge) ? [] : [edge.to, ...(target.aliases ?? [])],
    image: proxyImage.ref,
    build: builds ? proxyImage.build?.context : undefined,
    pullPolicy: builds || !proxyImage.build ? undefined : 'never',
    ports: edge.ports.join(','),
    holds: isHostEdge(edge) && diskOf(model, target) ? target.name : undefined,
    publish: published.map(([inside, outside]) => `127.0.0.1:${outside}:${inside}`),
    published: published.length ? JSON.stringify(published) : undefined,
    lab: model.stack.name,
    version: placement.version,
  };
}
