// Finds the engine as the docker command does (DOCKER_HOST, DOCKER_CONTEXT, currentContext of the
// config file, the default socket), because dockerode knows nothing of contexts and the two must
// not talk to different engines. Errors of the engine become LabErrors here, once.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { LabError } from '../errors.ts';

/** An engine that does not answer by then does not answer. */
const PING_LIMIT_MS = 5_000;

type Env = Readonly<Record<string, string | undefined>>;

/** An engine's address and where it was read, for messages. */
export interface Endpoint {
  readonly host: string;
  readonly context: string;
  /** Folder with ca.pem, cert.pem and key.pem. */
  readonly tlsDir?: string;
}

const DEFAULT_HOST =
  process.platform === 'win32' ? 'npipe:////./pipe/docker_engine' : 'unix:///var/run/docker.sock';

/** Throws docker-unreachable for a context that is not there. */
export function findEndpoint(env: Env): Endpoint {
  const configDir = env.DOCKER_CONFIG ?? join(homedir(), '.docker');
  if (env.DOCKER_HOST) {
    const tls = env.DOCKER_TLS_VERIFY ? { tlsDir: env.DOCKER_CERT_PATH ?? configDir } : {};
    return { host: env.DOCKER_HOST, context: 'DOCKER_HOST', ...tls };
  }
  const context = env.DOCKER_CONTEXT || currentContext(configDir);
  if (!context || context === 'default') return { host: DEFAULT_HOST, context: 'default' };

  // The docker CLI keeps a context in a folder named by the digest of its name.
  const digest = createHash('sha256').update(context).digest('hex');
  const meta = join(configDir, 'contexts', 'meta', digest, 'meta.json');
  if (!existsSync(meta))
    throw new LabError('docker-unreachable', `no docker context "${context}" in ${configDir}`, {
      hint: 'docker context ls',
    });
  const { Endpoints } = JSON.parse(readFileSync(meta, 'utf8')) as {
    Endpoints: { docker?: { Host?: string } };
  };
  const tlsDir = join(configDir, 'contexts', 'tls', digest, 'docker');
  const tls = existsSync(tlsDir) ? { tlsDir } : {};
  return { host: Endpoints.docker?.Host ?? DEFAULT_HOST, context, ...tls };
}

function currentContext(configDir: string): string | undefined {
  const file = join(configDir, 'config.json');
  if (!existsSync(file)) return undefined;
  return (JSON.parse(readFileSync(file, 'utf8')) as { currentContext?: string }).currentContext;
}

/** A client for the endpoint; nothing is sent yet. */
export function connect(endpoint: Endpoint): Docker {
  const url = new URL(endpoint.host);
  if (url.protocol === 'unix:' || url.protocol === 'npipe:')
    return new Docker({ socketPath: endpoint.host.replace(/^(unix|npipe):\/\//, '') });
  const protocol = url.protocol === 'ssh:' ? 'ssh' : endpoint.tlsDir ? 'https' : 'http';
  const port = Number(url.port || (protocol === 'ssh' ? 22 : protocol === 'https' ? 2376 : 2375));
  const user = url.username ? { username: url.username } : {};
  const read = (name: string) => readFileSync(join(endpoint.tlsDir!, name));
  const tls = endpoint.tlsDir
    ? { ca: read('ca.pem'), cert: read('cert.pem'), key: read('key.pem') }
    : {};
  return new Docker({ protocol, host: url.hostname, port, ...user, ...tls });
}

/** The engine, known to answer. Throws docker-unreachable. */
export async function openDocker(env: Env = process.env): Promise<Docker> {
  const endpoint = findEndpoint(env);
  try {
    const docker = connect(endpoint);
    // The types know no options of ping.
    await docker.ping({ abortSignal: AbortSignal.timeout(PING_LIMIT_MS) } as never);
    return docker;
  } catch (error) {
    throw unreachable(endpoint, error);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  ECONNREFUSED: 'connection refused',
  EACCES: 'permission denied',
};

function unreachable({ host, context }: Endpoint, error: unknown): LabError {
  const { code = '', message } = error as NodeJS.ErrnoException;
  const silent = /abort|timeout/i.test(String(error)) && `no answer in ${PING_LIMIT_MS / 1000} s`;
  const why = REASONS[code] ?? (silent || message);
  const start =
    context === 'DOCKER_HOST'
      ? 'unset DOCKER_HOST, or start the engine that it names'
      : 'sudo systemctl start docker, or start Docker Desktop';
  const hint = code === 'EACCES' ? 'sudo usermod -aG docker $USER, then log in again' : start;
  const text = `cannot reach Docker at ${host} (context "${context}"): ${why}`;
  return new LabError('docker-unreachable', text, { cause: error, hint });
}

/** An engine's refusal as a LabError with its own words; any other error as it is. */
export function engineError(doing: string, error: unknown): unknown {
  const { statusCode, json, reason } = error as {
    statusCode?: number;
    json?: { message?: string };
    reason?: string;
  };
  if (statusCode === undefined) return error;
  const words = json?.message ?? reason ?? `status ${statusCode}`;
  return new LabError('docker-failed', `${doing}: ${words}`, { cause: error });
}
