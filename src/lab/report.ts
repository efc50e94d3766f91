// What the use cases tell whoever watches: the terminal, a test, a dashboard.

/** One step of something long, e.g. `etcd-1 etcd healthy`. */
export interface Progress {
  /** `network`, `proxies`, or the name of a node or an image. */
  readonly subject: string;
  /** The kind of it: `etcd`, `image`; empty where the subject says it all. */
  readonly kind: string;
  /** `created`, `waiting: no leader`, `healthy`. */
  readonly state: string;
  /** True when nothing more will be said of this subject. */
  readonly done: boolean;
}

export type Report = (progress: Progress) => void;

export const silent: Report = () => {};
