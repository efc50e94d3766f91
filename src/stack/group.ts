// What a system does with a group as a whole: its bootstrap, and putting another node in the lead.
import type { Node, NodeAccess, SystemConfig } from './model.ts';

/** Where in a group's config, and a sentence without the place. */
export interface GroupProblem {
  readonly path: readonly string[];
  readonly message: string;
  readonly hint: string;
}

/** The nodes of a group, for what concerns more than one of them. */
export interface GroupAccess {
  of(node: Node): NodeAccess;
  /** What a script for sh prints that runs over a node's data, at /data, also when it is dead. */
  onDisk(node: Node, script: string): Promise<string>;
}

/** A part of the bootstrap, done by `up` while it waits. It may be cut short, and done again. */
export interface BootStep {
  readonly node: Node;
  /** As `up` shows it: `replication`. */
  readonly name: string;
  /**
   * Looks what is still to do and does it; `say` tells what takes long. The answer: whether it is
   * done, and what was done, or why it must be tried again.
   */
  run(
    access: GroupAccess,
    say: (words: string) => void,
  ): Promise<{ readonly done: boolean; readonly words?: string }>;
}

/** How a node came to lead, and at what price. */
export interface Promotion {
  /** Who led before, where that is known. */
  readonly from: string | null;
  /** Whether that one gave the lead over, or was dead or cut off. */
  readonly orderly: boolean;
  /** Who follows the new leader now. */
  readonly following: readonly string[];
  /** Who does not, and why. */
  readonly left: readonly { readonly node: string; readonly why: string }[];
  /** What the old leader had and the new one has not; null: that cannot be known. */
  readonly lost: { readonly writes: number; readonly ids: string } | null;
}

export type ConfigOf = (node: Node) => SystemConfig;

export interface PromoteContext {
  readonly nodes: readonly Node[];
  readonly configOf: ConfigOf;
  readonly access: GroupAccess;
  /** For each wait on the way. */
  readonly limitMs: number;
  /** Without what only other replicas have. */
  readonly lossy: boolean;
  readonly say: (words: string) => void;
}
