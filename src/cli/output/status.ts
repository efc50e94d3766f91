// The status of a lab as people read it.
import type { EdgeStatus, LabStatus, NodeStatus } from '../../lab/status.ts';
import type { Paint } from '../context.ts';
import { size, table } from './table.ts';

export function statusTable(status: LabStatus, paint: Paint, wide: boolean): string {
  const zones = status.nodes.some(({ zone }) => zone !== null);
  const facts = status.nodes.some((node) => node.facts);
  const headers = ['NODE', ...(zones ? ['ZONE'] : []), 'ROLE', 'HEALTH', 'STATE', 'ENDPOINTS'];
  if (facts) headers.push('FACTS');
  const rows = status.nodes.map((node) => {
    const [name, ...rest] = nodeRow(node, paint);
    const more = facts ? [factsCell(node, wide)] : [];
    return [name, ...(zones ? [node.zone ?? '-'] : []), ...rest, ...more];
  });
  if (!wide) return table(headers, rows);
  const images = status.nodes.map(({ image, replaced }) => {
    const words = image ? [image.ref, image.source, image.id.slice(7, 19)] : ['-', '-', '-'];
    const changes = Object.entries(replaced ?? {}).map(([key, value]) => `${key} ${text(value)}`);
    return [...words, changes.join(', ') || '-'];
  });
  return table(
    [...headers, 'IMAGE', 'SOURCE', 'ID', 'REPLACED'],
    rows.map((row, i) => [...row, ...images[i]!]),
  );
}

/** In brief; wide: all of them. */
function factsCell({ facts, brief }: NodeStatus, wide: boolean): string {
  if (!facts || (!wide && brief)) return brief ?? '-';
  const entries = Object.entries(facts).filter(([, value]) => value !== '');
  return entries.map(([name, value]) => `${name} ${value ?? '-'}`).join(', ') || '-';
}

const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

function nodeRow(
  { name, role, health, detail, leader, state, since, endpoints }: NodeStatus,
  paint: Paint,
): [string, ...string[]] {
  const part = leader ? 'leader' : leader === false && health === 'healthy' ? 'follower' : role;
  const word = health === 'healthy' ? health : paint.yellow(detail);
  const sockets = Object.entries(endpoints).map(([port, at]) => `${port} ${at}`);
  return [name, part, word, paint.dim(since || state), sockets.join(', ') || '-'];
}

/** The monitor under the nodes, with an empty line between; nothing where there is none. */
export function monitorLines({ monitors }: LabStatus, paint: Paint): string[] {
  if (!monitors.length) return [];
  const rows = monitors.map(({ name, since, address }) => [
    name,
    paint.dim(since),
    `http://${address}`,
  ]);
  return ['', table(['MONITOR', 'STATE', 'URL'], rows)];
}

export function edgesTable({ edges }: LabStatus, paint: Paint): string {
  const rows = edges.map((edge) => edgeRow(edge, paint));
  return table(['EDGE', 'STATE', 'FAULTS', 'OPEN', 'TOTAL', 'FAILED', 'UP', 'DOWN'], rows);
}

function edgeRow(edge: EdgeStatus, paint: Paint): string[] {
  const { name, state, faults, connections, bytes, rates } = edge;
  const word = state === 'open' ? state : paint.yellow(state);
  const kinds = faults.map(({ id, kind }) => `${kind} (${id})`).join(', ') || '-';
  const { open = '-', total = '-', failed = '-' } = connections ?? {};
  const carried = (way: 'up' | 'down') => {
    const rate = rates?.[way] ? ` (${size(rates[way])}/s)` : '';
    return bytes ? `${size(bytes[way])}${rate}` : '-';
  };
  return [name, word, kinds, ...[open, total, failed].map(String), carried('up'), carried('down')];
}
