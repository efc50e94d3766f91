// The contract of a partition shape: a pure function from nodes to ordered cuts between them. A
// shape is one file beside this one and one line in index.ts; its flag, its help and its place in
// the docs are made from what is declared here.

/** Nodes that go on talking to each other. */
export type Side = readonly string[];

/**
 * Nothing from `from` gets to `to`. Two that shall not talk at all are cut in both orders, of which
 * `--one-way` keeps the one that is given first.
 */
export type Cut = readonly [from: string, to: string];

/**
 * What a cut in one order means where connections are concerned:
 * edge: nothing crosses `from:to`, whoever sends; dial: `from` cannot open to `to`, what is open
 * lives; data: no byte from `from` gets to `to`, whoever dialled; packet: no packet does.
 */
export const ONE_WAYS = ['edge', 'dial', 'data', 'packet'] as const;
export type OneWay = (typeof ONE_WAYS)[number];

export interface ShapeNode {
  readonly name: string;
  readonly group: string;
  readonly role: string;
  readonly zone?: string;
  /** There when the nodes were asked; null where the node does not say. */
  readonly leader?: boolean | null;
}

/**
 * A flag's value. nodes: all that the words stand for. picks: for each word one node, drawn where
 * it stands for several; `quorum` gives a majority, `all` the rest. pick: in the same way, and just
 * one. A list: one of these.
 */
export interface ShapeFlag {
  readonly takes: 'switch' | 'number' | 'nodes' | 'picks' | 'pick' | readonly string[];
  /** The value when the flag stands alone. */
  readonly preset?: string;
}

/** Flags as given, resolved: names of nodes, or the word. A switch that is on is []. */
type ShapeFlags = Readonly<Record<string, readonly string[] | undefined>>;

export interface ShapeInput {
  /** What the shape is made of. */
  readonly nodes: readonly ShapeNode[];
  /** Containers of the user's own, and `host` where its edges may be cut: they have no vote. */
  readonly others: readonly string[];
  readonly sides: readonly Side[];
  readonly flags: ShapeFlags;
  /** Seeded: 0 <= random() < 1. */
  readonly random: () => number;
}

export interface Shape {
  readonly summary: string;
  /** One line of ASCII for `partition --help`. */
  readonly picture: string;
  /** The value of its own flag; a switch where nothing is said. */
  readonly flag?: ShapeFlag;
  /** Further flags, by their names. */
  readonly flags?: Readonly<Record<string, ShapeFlag>>;
  /** True: `nodes` must say who leads. */
  asksLeader?(flags: ShapeFlags): boolean;
  /** What its cuts are when `--one-way` is not given; without it they are made whole. */
  readonly oneWay?: OneWay;
  /** The edges it is about when `--edges` is not given: `peer` where nothing is said. */
  readonly edges?: 'all';
  /** Throws partition-invalid with why it cannot be made of these nodes. */
  cuts(input: ShapeInput): readonly Cut[];
}
