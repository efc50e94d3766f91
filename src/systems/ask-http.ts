// One HTTP request over an `Ask`. HTTP/1.0, so that the server closes at the end and never chunks.
import type { Ask } from '../stack/model.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

interface HttpMore {
  /** Whole lines: `Host: etcd-1`. */
  readonly headers?: readonly string[];
  readonly body?: string;
}

/** undefined when the node does not answer in time, or not in HTTP. */
export async function askHttp(
  ask: Ask,
  port: number,
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  limitMs: number,
  { headers = [], body = method === 'POST' ? '{}' : '' }: HttpMore = {},
): Promise<HttpAnswer | undefined> {
  const length = `Content-Length: ${Buffer.byteLength(body)}`;
  const lines = [`${method} ${path} HTTP/1.0`, length, ...headers, '', body];
  let received: string;
  try {
    // An Ask speaks latin1.
    received = await ask(port, Buffer.from(lines.join('\r\n')).toString('latin1'), limitMs);
  } catch {
    return undefined; // refused, closed or silent: to a probe all of these are "no answer"
  }
  const match = /^HTTP\/1\.\d (\d{3})[\s\S]*?\r\n\r\n([\s\S]*)$/.exec(received);
  return match ? { status: Number(match[1]), body: match[2]! } : undefined;
}

/** undefined for an answer that was cut short: to a probe that is none. */
export function parseJson<T>(json: string): T | undefined {
  try {
    return JSON.parse(json) as T;
  } catch {
    return undefined;
  }
}
