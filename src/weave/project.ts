// A compose project as `docker compose config --format json` says it: interpolated, merged,
// extended, with absolute paths. Of a service only those keys have a type that weaving reads.
import { isMap } from '../stack/json.ts';

type Named<T> = Readonly<Record<string, T>>;

export interface Project {
  readonly name: string;
  /** What compose said of it. */
  readonly warnings?: readonly string[];
  readonly services: Named<Service>;
  readonly networks?: Named<Network>;
  readonly volumes?: Named<Part | null>;
  readonly secrets?: Named<Part>;
  readonly configs?: Named<Part>;
}

export interface Network {
  readonly external?: boolean;
  readonly driver?: string;
  readonly enable_ipv6?: boolean;
}

/** A volume, secret or config. */
interface Part {
  readonly name?: string;
  readonly external?: boolean;
  /** Of a config or secret: where it is on this machine, or what it says. */
  readonly file?: string;
  readonly content?: string;
  readonly [key: string]: unknown;
}

export interface Service {
  readonly image?: string;
  readonly build?: {
    readonly context: string;
    readonly dockerfile?: string;
    readonly dockerfile_inline?: string;
  };
  readonly command?: readonly string[] | null;
  readonly entrypoint?: readonly string[] | null;
  readonly environment?: Named<string | null>;
  readonly ports?: readonly PortMapping[];
  readonly expose?: readonly string[];
  readonly depends_on?: Named<{ readonly condition: string }>;
  readonly links?: readonly string[];
  readonly networks?: Named<NetworkUse | null>;
  readonly network_mode?: string;
  readonly container_name?: string;
  readonly hostname?: string;
  readonly deploy?: Named<unknown>;
  readonly volumes_from?: readonly string[];
  readonly [key: string]: unknown;
}

export interface PortMapping {
  readonly target: number;
  /** A number as text, or a range; absent where Docker chooses. */
  readonly published?: string;
  readonly protocol?: string;
  readonly host_ip?: string;
}

interface NetworkUse {
  readonly aliases?: readonly string[];
  readonly ipv4_address?: string;
  readonly [key: string]: unknown;
}

/** Compose doubles every dollar sign that it prints, so that compose can read it again. */
export function readProject({ json, warnings }: { json: string; warnings: string[] }): Project {
  return { ...(plain(JSON.parse(json)) as Project), warnings };
}

function plain(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('$$', '$');
  if (Array.isArray(value)) return value.map(plain);
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}
