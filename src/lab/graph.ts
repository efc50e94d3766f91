// graph: a lab as it is now, or a stack as it would be, as a picture.
import { toMermaid } from '../graph/mermaid.ts';
import type { Picture } from '../graph/picture.ts';
import { toSvg } from '../graph/svg.ts';
import { HOST, isHostEdge } from '../stack/model.ts';
import { loadModel, type StackChoice } from './load-model.ts';
import type { Session } from './session.ts';
import { labStatus } from './status.ts';

export const graphFormats = { mermaid: toMermaid, svg: toSvg } as const;

export type GraphFormat = keyof typeof graphFormats;

/** Of a stack, without Docker. Throws stack-not-found, lab-invalid. */
export function stackPicture(choice: StackChoice): Picture {
  const { stack, nodes, edges } = loadModel(choice);
  return {
    title: stack.name,
    nodes,
    edges: edges.map((edge) => {
      const label = isHostEdge(edge) ? edge.ports.join(', ') : '';
      return { from: edge.from, to: edge.to, state: 'open', label };
    }),
  };
}

/** Of a lab: who leads, who is not well, and what is on the edges. */
export async function labPicture(session: Session): Promise<Picture> {
  const { lab, nodes, edges, healthy, reason } = await labStatus(session);
  return {
    title: healthy ? lab : `${lab}: ${reason}`,
    nodes: nodes.map(({ name, system, zone, leader, health, detail }) => {
      const sick = health === 'unhealthy';
      const note = sick ? detail : leader ? 'leader' : undefined;
      const { group, role } = session.model.nodes.find((node) => node.name === name)!;
      return { name, group, system, role, zone: zone ?? undefined, note, sick };
    }),
    edges: edges.map(({ from, to, state, faults }) => {
      const kinds = faults.map(({ kind, id }) => `${kind} (${id})`);
      const endpoints = Object.values(nodes.find(({ name }) => name === to)!.endpoints);
      const words = [...(from === HOST ? endpoints : []), ...kinds];
      return { from, to, state, label: words.join(', ') || (state === 'down' ? 'down' : '') };
    }),
  };
}
