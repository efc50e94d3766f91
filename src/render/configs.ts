// Files for containers, as compose configs.
import { createHash } from 'node:crypto';

export interface ComposeConfig {
  readonly id: string;
  readonly target: string;
  readonly content: string;
}

/**
 * Files go along as compose configs, which compose copies into the container: no path on this
 * machine, so also to a remote engine. The digest is in the name because compose looks at that
 * alone when it decides whether a container is still as it should be.
 */
export const toConfigs = (
  service: string,
  files: Readonly<Record<string, string>>,
): readonly ComposeConfig[] =>
  Object.entries(files).map(([target, content]) => {
    const digest = createHash('sha256').update(`${target}\0${content}`).digest('hex').slice(0, 8);
    return { id: `${service}-${digest}`, target, content };
  });
