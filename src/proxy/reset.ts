// Resets, sent and noticed: Node needs care with both.
import type { Socket } from 'node:net';

/**
 * Sends an RST. Not while a FIN is on its way into the kernel: libuv refuses that (EINVAL), and the
 * socket would stay open for good.
 */
export function resetSocket(socket: Socket): void {
  const isEnding = socket.writableEnded && !socket.writableFinished;
  if (isEnding && !socket.destroyed) socket.once('finish', () => socket.resetAndDestroy());
  else socket.resetAndDestroy();
}

/**
 * libuv calls a reset right behind data an end of the stream, but it leaves a socket without a
 * peer. So does an orderly end of both sides. Asked of the handle: `remotePort` remembers.
 */
export const wasReset = (socket: Socket & { readonly _handle?: Handle }): boolean =>
  !socket.writableEnded && socket._handle?.getpeername({}) !== 0;

interface Handle {
  /** 0, or the number of an error. */
  getpeername(out: object): number;
}
