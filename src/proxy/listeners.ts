// The ports on which an edge listens, each of which may be closed for a while.
import { createServer, type Server, type Socket } from 'node:net';

/** Connections made and not yet accepted: a thousand at once must not wait for a second SYN. */
const BACKLOG = 4096;

export class Listeners {
  readonly #servers = new Map<number, Server>();
  readonly #host: string;
  readonly #accept: (client: Socket, port: number) => void;

  constructor(host: string, accept: (client: Socket, port: number) => void) {
    this.#host = host;
    this.#accept = accept;
  }

  async open(port: number): Promise<void> {
    if (!this.#servers.has(port)) this.#servers.set(port, await this.#listen(port));
  }

  /** Its connections live on; only their own faults end them. */
  close(port: number): void {
    this.#servers.get(port)?.close();
    this.#servers.delete(port);
  }

  closeAll(): void {
    for (const port of [...this.#servers.keys()]) this.close(port);
  }

  /** The port that the kernel gave for 0; 0 while closed. */
  boundPort(port: number): number {
    const address = this.#servers.get(port)?.address();
    return typeof address === 'object' && address ? address.port : 0;
  }

  #listen(port: number): Promise<Server> {
    const options = { allowHalfOpen: true, pauseOnConnect: true, noDelay: true };
    const server = createServer(options, (client) => this.#accept(client, port));
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port, host: this.#host, backlog: BACKLOG }, () => resolve(server));
    });
  }
}
