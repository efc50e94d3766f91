// The order in which nodes start: a node whose system says that its role comes after another waits
// until the nodes of that one are healthy. Pure.
import type { Model, Node, System } from './model.ts';

export interface Phase {
  readonly nodes: readonly Node[];
  /** Those of them that must be healthy before the next phase. */
  readonly awaited: readonly Node[];
}

/**
 * Nodes in the order they start. One phase where nobody waits; a circle of roles that wait for each
 * other starts as a whole.
 */
export function startPhases(
  { nodes }: Pick<Model, 'nodes'>,
  systems: Readonly<Record<string, Pick<System, 'after'>>>,
): readonly Phase[] {
  const waitsFor = ({ group, system, role }: Node, other: Node) =>
    group === other.group && systems[system]?.after?.[role]?.includes(other.role) === true;
  const phases: Phase[] = [];
  for (let left: readonly Node[] = nodes; left.length; ) {
    const able = left.filter((node) => !left.some((other) => waitsFor(node, other)));
    const phase = able.length ? able : left;
    const later = left.filter((node) => !phase.includes(node));
    const awaited = phase.filter((node) => later.some((other) => waitsFor(other, node)));
    phases.push({ nodes: phase, awaited });
    left = later;
  }
  return phases;
}
