// From a checked stack to the model of a lab: its nodes in their zones, and its edges. Pure.
import {
  CUSTOM,
  type Edge,
  type ExtraNode,
  edgeName,
  HOST,
  type Link,
  type Model,
  type Node,
  type Stack,
  type System,
} from './model.ts';
import { selectNodes } from './select.ts';
import { zoneOf } from './zones.ts';

/** Stack -> nodes, each in its zone, and edges: the systems' own, host edges, what is linked. */
export function buildModel(
  stack: Stack,
  systems: Readonly<Record<string, System>>,
  replaced: Model['replaced'] = {},
): Model {
  const nodes: Node[] = [];
  const edges = new Map<string, Edge>();
  const addEdge = (from: string, to: string, ports: readonly number[]) => {
    const name = edgeName(from, to);
    const merged = new Set([...(edges.get(name)?.ports ?? []), ...ports]);
    edges.set(name, { name, from, to, ports: [...merged].sort((a, b) => a - b) });
  };

  for (const [group, config] of Object.entries(stack.systems)) {
    const system = systems[config.system]!;
    const members = system.nodes(group, config);
    nodes.push(...members);
    for (const { from, to, ports } of system.edges(members, config)) addEdge(from, to, ports);
  }
  for (const [name, extra] of Object.entries(stack.nodes)) nodes.push(extraNode(name, extra));
  for (const { from, to, ports } of linksOf(stack))
    for (const dialler of selectNodes(from, nodes))
      for (const name of selectNodes(to, nodes).filter((each) => each !== dialler)) {
        const target = nodes.find((node) => node.name === name)!;
        addEdge(dialler, name, ports ?? publishedPorts(target));
      }
  for (const node of nodes) if (node.publish.length) addEdge(HOST, node.name, publishedPorts(node));
  const placed = nodes.map((node) => {
    const zone = zoneOf(node, stack.zones);
    return zone === undefined ? node : { ...node, zone };
  });
  return { stack, replaced, nodes: placed, edges: [...edges.values()] };
}

/** What `connects` says, as links, and the links. */
function linksOf({ nodes, links = [] }: Stack): readonly Link[] {
  const own = Object.entries(nodes).flatMap(([from, { connects }]) =>
    connects.map((target): Link => {
      const [to, port] = target.split(':') as [string, string?];
      return { from, to, ...(port && { ports: [Number(port)] }) };
    }),
  );
  return [...own, ...links];
}

const publishedPorts = (node: Node): number[] => node.publish.map((name) => node.ports[name]!);

function extraNode(name: string, extra: ExtraNode): Node {
  const { ports: numbers, published, aliases, metrics, group = name } = extra;
  const ports = Object.fromEntries(numbers.map((port) => [String(port), port]));
  const fixed = Object.entries(published ?? {}).filter(([, outside]) => outside !== null);
  return {
    name,
    group,
    system: CUSTOM,
    role: CUSTOM,
    ports,
    publish: Object.keys(published ?? ports),
    hostPorts: Object.fromEntries(fixed) as Record<string, number>,
    ...(aliases && { aliases }),
    ...(metrics && { metrics }),
  };
}
