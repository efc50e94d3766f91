// What a picture of a lab shows: nodes by group and zone, and who dials whom. Two edges between the
// same nodes that nothing distinguishes are one line.
import { HOST } from '../stack/model.ts';

export interface PictureNode {
  readonly name: string;
  readonly group: string;
  readonly system: string;
  /** Of a group whose nodes are of several. */
  readonly role?: string;
  readonly zone?: string | undefined;
  /** A word or two under the name: `leader`, `no quorum`. */
  readonly note?: string | undefined;
  readonly sick?: boolean;
}

export interface PictureEdge {
  readonly from: string;
  readonly to: string;
  readonly state: 'open' | 'cut' | 'faulty' | 'down';
  /** What is on it: `drop (p7l9)`; of an edge from the host also where it is reached. */
  readonly label: string;
}

export interface Picture {
  readonly title: string;
  readonly nodes: readonly PictureNode[];
  readonly edges: readonly PictureEdge[];
}

/** A line of the picture; `both` for two edges in one. */
export type Line = PictureEdge & { readonly both: boolean };

export function linesOf({ edges }: Picture): Line[] {
  const alike = (a: PictureEdge, b: PictureEdge) =>
    a.from === b.to && a.to === b.from && a.state === b.state && a.label === b.label;
  return edges.flatMap((edge, i): Line[] => {
    const twin = edges.findIndex((other) => alike(edge, other));
    return twin >= 0 && twin < i ? [] : [{ ...edge, both: twin > i }];
  });
}

export const isFromHost = ({ from }: Pick<PictureEdge, 'from'>): boolean => from === HOST;
