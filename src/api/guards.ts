// Who may ask. The API does as it is told by any program of this machine; a web page in its browser
// is none of them: it gives itself away by its Origin, or, with its own name made to point here
// (DNS rebinding), by a Host that is not ours.
import { isIP } from 'node:net';
import { LabError } from '../errors.ts';

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** `ownHost` is the host of --listen. Throws request-refused. */
export function refuseForeign({ origin, host }: Headers, ownHost: string): void {
  if (origin !== undefined)
    throw new LabError('request-refused', `a request from a web page, of ${origin}, is refused`);
  if (isOwn(hostOf(String(host ?? '')), ownHost)) return;
  throw new LabError('request-refused', `a request for the host "${host ?? ''}" is refused`, {
    hint: `ask for ${ownHost}, localhost or an IP address`,
  });
}

/** An address cannot be made to point elsewhere; a name can, unless it is ours. */
const isOwn = (host: string, ownHost: string): boolean =>
  host === 'localhost' || host === ownHost.toLowerCase() || isIP(host) > 0;

/** `[::1]:8474` -> `::1`, `Localhost` -> `localhost` */
function hostOf(header: string): string {
  const host = /^(?:\[(.*)\]|([^:]*))(?::\d+)?$/.exec(header);
  return (host?.[1] ?? host?.[2] ?? '').toLowerCase();
}

/** `127.0.0.1:8474` of --listen. Throws usage. */
export function readListen(text: string): { readonly host: string; readonly port: number } {
  const found = /^(?:\[([\da-f:]+)\]|([\w.-]+)):(\d{1,5})$/i.exec(text);
  const port = Number(found?.[3]);
  if (found && port <= 65_535) return { host: (found[1] ?? found[2])!, port };
  throw new LabError('usage', `--listen: "${text}" is not HOST:PORT`, {
    hint: 'labctl api --listen 127.0.0.1:8474',
  });
}

/** False where machines other than this one may ask. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127\./.test(host);
