// version: what runs here. null where something does not answer.
import { composeVersion } from '../docker/compose.ts';
import { openDocker } from '../docker/connect.ts';
import { ownVersion } from '../package/files.ts';

export interface Versions {
  readonly labctl: string;
  readonly node: string;
  readonly docker: string | null;
  readonly compose: string | null;
}

export async function versions(): Promise<Versions> {
  const [docker, compose] = await Promise.all([engineVersion(), composeVersion()]);
  return { labctl: ownVersion(), node: process.versions.node, docker, compose };
}

async function engineVersion(): Promise<string | null> {
  try {
    const { Version, ApiVersion } = await (await openDocker()).version();
    return `${Version} (API ${ApiVersion})`;
  } catch {
    return null;
  }
}
