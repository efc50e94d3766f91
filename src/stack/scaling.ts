// How a group of a system grows and shrinks while it runs: the optional part of `System`.
import type { Node, NodeAccess, SystemConfig } from './model.ts';

/** A node that runs, and how its system reaches it. */
export interface ReachedNode {
  readonly node: Node;
  readonly access: NodeAccess;
  readonly config: SystemConfig;
}

/**
 * A step into a group or out of it. Says in a few words what it still waits for, undefined when it
 * is done; until then it is called again, also by a later labctl, so it must look first what is
 * done. `nodes` are all of the lab that run and answer. A LabError ends it.
 */
export type ScaleStep = (node: Node, nodes: readonly ReachedNode[]) => Promise<string | undefined>;

/** How a group grows and shrinks while it runs; the node of the highest number goes first. */
export interface Scaling {
  /** What can be scaled -> where its count stands in the config. `tikv` is tikv-1, tikv-2 ... */
  sizes(group: string, config: SystemConfig): Readonly<Record<string, readonly string[]>>;
  /** Before the node's container is made. */
  readonly join?: ScaleStep;
  /** When the container runs, before it is waited for until it is healthy. */
  readonly settle?: ScaleStep;
  /** Before the container and its data go. */
  readonly leave?: ScaleStep;
  /**
   * True when it began to leave, or has left. Asked of a node that labctl was told to take away, as
   * it may have ended before that was done.
   */
  isLeaving?(node: Node, nodes: readonly ReachedNode[]): Promise<boolean>;
  /** Before anything is touched, of all of a group that are to go. Throws what `leave` would. */
  check?(leaving: readonly Node[], nodes: readonly ReachedNode[]): Promise<void>;
}
