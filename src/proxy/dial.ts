// How the proxy opens a connection to the real node: by name each time, so that a restarted node
// with another address is found again.
import { Resolver } from 'node:dns';
import { createConnection, type Socket, type TcpNetConnectOpts } from 'node:net';

/**
 * The engine's own resolver answers for a running node at once. For one that is down it asks the
 * outside world, which may take it many seconds: by then a dead node would long have looked alive,
 * and getaddrinfo's few threads would be stuck.
 */
const RESOLVE_LIMIT_MS = 250;
const RESOLVE_TRIES = 2;

const resolver = new Resolver({ timeout: RESOLVE_LIMIT_MS, tries: RESOLVE_TRIES });

export interface Target {
  readonly host: string;
  readonly port: number;
}

export function dial(target: Target, options: Partial<TcpNetConnectOpts> = {}): Socket {
  return createConnection({
    ...target,
    ...options,
    autoSelectFamily: false,
    noDelay: true,
    lookup: (name, _options, done) => {
      resolver.resolve4(name, (error, addresses) => done(error, addresses?.[0] ?? '', 4));
    },
  });
}
