// An edge as toxiproxy's proxy. What is on the edge is read anew for every request, so that it does
// not matter who set it.
import { z } from 'zod';
import type { LabEdge } from '../../lab/edges.ts';
import { badBody, checkBody, refusal } from './errors.ts';
import { faultToToxic, type Toxic } from './toxics.ts';

export interface Proxy {
  readonly name: string;
  readonly listen: string;
  readonly upstream: string;
  readonly enabled: boolean;
  readonly toxics: readonly Toxic[];
}

/** Of an edge with several ports the first one is told; toxics and `enabled` are for all. */
export function proxyOf(edge: LabEdge): Proxy {
  return {
    name: edge.name,
    listen: edge.listen,
    upstream: `${edge.to}:${edge.ports[0]}`,
    enabled: edge.state !== 'down' && !closers(edge).length,
    toxics: toxicsOf(edge),
  };
}

/** Not of an id that stands for several faults: a toxic is one. */
const toxicsOf = ({ faults }: LabEdge): Toxic[] =>
  faults
    .filter(({ id }) => faults.filter((other) => other.id === id).length === 1)
    .flatMap((fault) => faultToToxic(fault) ?? []);

/** Ids of the faults that disable the edge, whoever set them: `refuse` of all its ports. */
export const closers = ({ faults }: LabEdge): string[] =>
  faults
    .filter(({ kind, scope, startsAt }) => kind === CLOSED.kind && !scope && startsAt === null)
    .map(({ id }) => id);

/** What sets a fault through this API, as `fault ls` shows it. */
export const FROM = 'toxic';

/** What `"enabled": false` sets. */
export const CLOSED = { kind: 'refuse', params: { existing: 'rst' } } as const;

/** What a client may ask for; unknown keys are passed over. */
const wire = z.object({
  name: z.string().default(''),
  listen: z.string().default(''),
  upstream: z.string().default(''),
  enabled: z.boolean().nullish(),
});
export type ProxyWish = z.infer<typeof wire>;

export const readProxy = (body: unknown): ProxyWish => checkBody(wire, body);

/** The list of /populate. */
export function readProxies(body: unknown): ProxyWish[] {
  if (!Array.isArray(body)) throw badBody('it must be a list of proxies');
  return body.map(readProxy);
}

/** toxiproxy's two required fields. `at` is the end of the sentence. */
export function requireFields({ name, upstream }: ProxyWish, at = ''): void {
  if (!name) throw refusal(400, `missing required field: name${at}`);
  if (!upstream) throw refusal(400, `missing required field: upstream${at}`);
}

/** An edge listens where it does and leads where it does; a port of 0 leaves that to the lab. */
export function requireSameAddresses({ listen, upstream }: ProxyWish, proxy: Proxy): void {
  const wrong =
    listen && listen !== proxy.listen && !/:0$/.test(listen)
      ? (['listen', listen, proxy.listen] as const)
      : upstream && upstream !== proxy.upstream
        ? (['upstream', upstream, proxy.upstream] as const)
        : undefined;
  if (!wrong) return;
  const [field, asked, real] = wrong;
  throw refusal(400, `${field} of edge ${proxy.name} is ${real} and cannot be made ${asked}`);
}
