// What a route is: a method, a path, and a function from a request to a reply. server.ts does the
// rest; the two APIs are two tables of routes, each with its own shape of an error.
import { LabError } from '../errors.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface ApiRequest {
  /** The `{name}`s of the path, decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** Parsed JSON; `{}` where none was sent. */
  readonly body: unknown;
}

export type Reply =
  | { readonly status: number; readonly json?: unknown }
  | { readonly status: number; readonly text: string; readonly type: string }
  /** Server-sent events, until the client or the server ends. */
  | { readonly events: (send: (event: SentEvent) => void, signal: AbortSignal) => Promise<void> };

export interface SentEvent {
  readonly type: string;
}

interface Route {
  readonly method: Method;
  /** `/proxies/{proxy}/toxics` */
  readonly path: string;
  /** How long its work may take, where that is longer than for most. */
  readonly limitMs?: number;
  run(request: ApiRequest): Promise<Reply>;
}

/** One of the APIs behind the server. */
export interface Face {
  /** Paths that begin with it are this API's. */
  readonly prefix: string;
  readonly routes: readonly Route[];
  /** Throws for requests that this API alone refuses. */
  guard?(headers: Readonly<Record<string, string | string[] | undefined>>): void;
  /** Anything thrown, in this API's shape. */
  failed(error: unknown): Reply;
}

export const json = (status: number, body: unknown): Reply => ({ status, json: body });

/**
 * The route of a path and what its `{name}`s are. Throws route-unknown, method-unknown,
 * request-invalid.
 */
export function findRoute(
  routes: readonly Route[],
  method: string,
  path: string,
): { readonly route: Route; readonly params: Record<string, string> } {
  const words = path.split('/').map(decode);
  const there = routes.flatMap((route) => {
    const params = match(route.path.split('/'), words);
    return params ? [{ route, params }] : [];
  });
  const found = there.find(({ route }) => route.method === method);
  if (found) return found;
  if (!there.length) throw new LabError('route-unknown', `there is no ${path}`);
  const methods = there.map(({ route }) => route.method).join(', ');
  throw new LabError('method-unknown', `there is no ${method} ${path}`, {
    hint: `methods of ${path}: ${methods}`,
  });
}

function match(pattern: readonly string[], words: readonly string[]) {
  if (pattern.length !== words.length) return undefined;
  const params: Record<string, string> = {};
  for (const [i, part] of pattern.entries()) {
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    if (name ? !words[i] : part !== words[i]) return undefined;
    if (name) params[name] = words[i]!;
  }
  return params;
}

function decode(word: string): string {
  try {
    return decodeURIComponent(word);
  } catch {
    throw new LabError('request-invalid', `"${word}" of the path is no URL encoding`);
  }
}
