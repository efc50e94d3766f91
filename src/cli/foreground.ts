import type { Context } from './context.ts';

/**
 * For commands that stay and take back what they did: besides Ctrl-C also a closed terminal and
 * TERM end them in good order.
 */
export function untilEnded({ signal }: Context): AbortSignal {
  const ended = new AbortController();
  for (const name of ['SIGTERM', 'SIGHUP'] as const) process.once(name, () => ended.abort());
  return AbortSignal.any([signal, ended.signal]);
}
