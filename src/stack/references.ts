// What the parts of a stack say of each other: names that are there twice, dials to nobody.
import { type Complaint, quoted } from './check.ts';
import type { Path } from './document.ts';
import {
  CUSTOM,
  type ExtraNode,
  HOST,
  type Link,
  type Node,
  type Stack,
  type System,
  type SystemConfig,
} from './model.ts';
import { monitorsOf } from './monitor.ts';
import { didYouMean } from './names.ts';
import { selectNodes } from './select.ts';
import { PORT_MAX } from './values.ts';
import { isMeant, zoneOf } from './zones.ts';

type Systems = Readonly<Record<string, System>>;

/** All that is wrong between parts that are each valid in themselves. */
export function checkReferences(stack: Stack, systems: Systems): Complaint[] {
  const groups = Object.entries(stack.systems);
  const extras = Object.entries(stack.nodes);
  if (groups.length + extras.length === 0) {
    const message = 'a lab needs at least one system or node, and this file has none';
    return [{ path: [], part: 'key', message, hint: 'for example: systems: {etcd: {nodes: 3}}' }];
  }
  const members = groups.flatMap(([group, config]) => systems[config.system]!.nodes(group, config));
  return [
    ...checkNames(stack, members),
    ...checkHostPorts(members),
    ...groups.flatMap(([group, config]) => checkOverrides(group, config, members)),
    ...groups.flatMap(([group, config]) => checkPlaced(group, config, stack, members, systems)),
    ...extras.flatMap(([name, extra]) => checkConnects(name, extra, stack, members)),
    ...(stack.links ?? []).flatMap((link, index) => checkLink(link, index, stack, members)),
    ...checkMonitor(stack, members),
    ...checkZones(stack, [...members, ...extras.map(([name]) => ({ name, group: name }))]),
  ];
}

/** Groups and nodes share one set of names: `connects` says either. */
function checkNames(stack: Stack, members: readonly Node[]): Complaint[] {
  const owners = new Map(Object.keys(stack.systems).map((group) => [group, `the group ${group}`]));
  const complaints: Complaint[] = [];
  const claim = (name: string, owner: string, path: Path) => {
    const other = owners.get(name);
    if (other) {
      const message = `there are two things called ${name}: ${other} and ${owner}`;
      complaints.push({ path, part: 'key', message, hint: 'give one of them another name' });
    }
    owners.set(name, owner);
  };
  for (const { name, group } of members)
    if (name !== group) claim(name, `a node of the group ${group}`, ['systems', group]);
  for (const name of Object.keys(stack.nodes)) claim(name, `nodes.${name}`, ['nodes', name]);
  return complaints;
}

function checkHostPorts(members: readonly Node[]): Complaint[] {
  const owners = new Map<number, string>();
  const complaints: Complaint[] = [];
  for (const { name, group, hostPorts } of members) {
    for (const port of Object.values(hostPorts)) {
      const path = ['systems', group, 'host_port'];
      const message = `host port ${port} would be both ${owners.get(port)}'s and ${name}'s`;
      if (owners.has(port)) complaints.push({ path, part: 'value', message });
      owners.set(port, name);
    }
  }
  return complaints;
}

function checkOverrides(
  group: string,
  { overrides = {} }: SystemConfig,
  members: readonly Node[],
): Complaint[] {
  const names = members.filter((node) => node.group === group).map(({ name }) => name);
  const strangers = Object.keys(overrides as object).filter((name) => !names.includes(name));
  return strangers.map((name) => {
    const path = ['systems', group, 'overrides', name];
    const message = `${group} has no node ${quoted(name)}${didYouMean(name, names)}`;
    return { path, part: 'key', message, hint: `nodes of ${group}: ${names.join(', ')}` };
  });
}

/** What the system says of its nodes in their zones. */
function checkPlaced(
  group: string,
  config: SystemConfig,
  { zones }: Stack,
  members: readonly Node[],
  systems: Systems,
): Complaint[] {
  const placed = members
    .filter((node) => node.group === group)
    .map((node) => ({ ...node, zone: zoneOf(node, zones) }) as Node);
  const problems = systems[config.system]!.problems?.(placed, config) ?? [];
  return problems.map(({ path, ...words }) => {
    return { path: ['systems', group, ...path], part: 'value', ...words };
  });
}

function checkConnects(
  name: string,
  extra: ExtraNode,
  stack: Stack,
  members: readonly Node[],
): Complaint[] {
  const groups = Object.keys(stack.systems);
  const nodes = [...members.map((member) => member.name), ...Object.keys(stack.nodes)];
  const hint = `nodes: ${nodes.join(', ')}${groups.length ? `; groups: ${groups.join(', ')}` : ''}`;
  return extra.connects.flatMap((target, index): Complaint[] => {
    const path: Path = ['nodes', name, 'connects', index];
    const complain = (message: string) => [{ path, part: 'value' as const, message, hint }];
    const [to, port] = target.split(':') as [string, string?];
    const known = [...nodes, ...groups];
    if (to === name) return complain(`${name} cannot connect to itself`);
    if (!known.includes(to))
      return complain(`there is no node or group ${quoted(to)}${didYouMean(to, known)}`);
    if (port && !(Number(port) > 0 && Number(port) <= PORT_MAX))
      return complain(`${port} is no port: a port is from 1 to ${PORT_MAX}`);
    const silent = stack.nodes[to]?.ports.length === 0;
    if (!port && silent)
      return complain(`${to} has no ports: write ${to}:PORT, or give ${to} its ports:`);
    return [];
  });
}

/** It has a container of its own name, and somebody to ask. */
function checkMonitor(stack: Stack, members: readonly Node[]): Complaint[] {
  const monitors = monitorsOf(stack);
  const nodes = [...members, ...Object.values(stack.nodes)];
  if (monitors.length && !nodes.some(({ metrics }) => metrics)) {
    const message = 'monitor has nobody to ask: no node of this stack tells metrics';
    const hint = 'etcd and tidb do; a node of your own says where: metrics: {port: 9104}';
    return [{ path: ['monitor'], part: 'key', message, hint }];
  }
  const message = 'monitor: has a container of this name';
  return monitors
    .filter((name) => Object.hasOwn(stack.nodes, name))
    .map((name) => ({ path: ['nodes', name], part: 'key', message, hint: 'call it otherwise' }));
}

/** Words that mean nobody, and nodes that stand in two places. */
function checkZones(
  { zones = {} }: Stack,
  nodes: readonly Pick<Node, 'name' | 'group'>[],
): Complaint[] {
  const names = nodes.map(({ name }) => name);
  const groups = [...new Set(nodes.map(({ group }) => group))].filter(
    (one) => !names.includes(one),
  );
  const hint = `nodes: ${names.join(', ')}${groups.length ? `; groups: ${groups.join(', ')}` : ''}`;
  const owners = new Map<string, string>();
  return Object.entries(zones).flatMap(([zone, words]) =>
    words.flatMap((word, index): Complaint[] => {
      const complain = (message: string): Complaint[] => [
        { path: ['zones', zone, index], part: 'value', message, hint },
      ];
      const meant = nodes.filter((node) => isMeant(node, word)).map(({ name }) => name);
      if (!meant.length && word.includes('*')) return complain(`no node is called ${quoted(word)}`);
      if (!meant.length) {
        const guess = didYouMean(word, [...names, ...groups]);
        return complain(`there is no node or group ${quoted(word)}${guess}`);
      }
      const twice = meant.find((name) => (owners.get(name) ?? zone) !== zone);
      if (twice) return complain(`${twice} is in two zones: ${owners.get(twice)} and ${zone}`);
      for (const name of meant) owners.set(name, zone);
      return [];
    }),
  );
}

/** A link joins nodes that are there, and more than a node with itself. */
function checkLink(
  { from, to, ports }: Link,
  index: number,
  stack: Stack,
  members: readonly Node[],
): Complaint[] {
  const own = Object.entries(stack.nodes).map(([name, extra]) => ({
    ...{ name, group: name, role: CUSTOM },
    silent: extra.ports.length === 0,
  }));
  const nodes = [...members.map((node) => ({ ...node, silent: !node.publish.length })), ...own];
  const known = [...new Set(nodes.flatMap(({ name, group }) => [group, name]))];
  const hint = `nodes and groups: ${known.join(', ')}`;
  const complain = (key: string, message: string): Complaint[] => [
    { path: ['links', index, key], part: 'value', message, hint },
  ];
  for (const [key, word] of Object.entries({ from, to })) {
    if (word === HOST)
      return complain(
        key,
        'host cannot be linked: it dials what nodes publish, and nobody dials it',
      );
    if (!selectNodes(word, nodes).length)
      return complain(key, `there is no node or group ${quoted(word)}${didYouMean(word, known)}`);
  }
  const targets = selectNodes(to, nodes);
  if (selectNodes(from, nodes).every((name) => targets.every((target) => target === name)))
    return complain('to', `${to} cannot be linked to itself`);
  const silent = nodes.find((node) => targets.includes(node.name) && node.silent);
  if (silent && !ports)
    return complain('to', `${silent.name} publishes no port: give the link its ports: [PORT]`);
  return [];
}
