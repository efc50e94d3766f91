// The contract of a partition shape: a pure function from sides and nodes to the cuts between them.
// A shape is one file beside this one and one line in index.ts.

/** Nodes that go on talking to each other. */
export type Side = readonly string[];

/** Two ends that shall not talk: the edges between them are cut, whoever dials. */
export type Cut = readonly [string, string];

export interface Shape {
  readonly summary: string;
  /** One line of ASCII for `partition --help`. */
  readonly picture: string;
  /**
   * `nodes` is everybody; those in no side are for the shape to place. Throws partition-invalid.
   */
  cuts(sides: readonly Side[], nodes: readonly string[]): readonly Cut[];
}
