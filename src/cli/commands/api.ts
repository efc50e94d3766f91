import type { CommandSpec } from '../command.ts';

interface Options {
  readonly listen: string;
}

export const api: CommandSpec = {
  name: 'api',
  summary: "serve toxiproxy's HTTP API and our own over a lab",
  examples: ['api', 'api --listen 127.0.0.1:9000 --lab demo'],
  configure: (command) =>
    command.option('--listen <host:port>', 'where; port 0 is any that is free', '127.0.0.1:8474'),
  run: async (context, { listen }: Options) => {
    const { isLoopback, readListen } = await import('../../api/guards.ts');
    const { serveApi } = await import('../../api/api.ts');
    const { aborted } = await import('../../api/sse.ts');
    const { Lab } = await import('../../lab/lab.ts');
    const at = readListen(listen);
    const lab = await Lab.open(context.shared.lab);
    const server = await serveApi(lab, at);
    const url = `http://${server.address}`;
    await context.print({
      json: { version: 1, lab: lab.name, url },
      names: () => [url],
      table: () => `lab ${lab.name} at ${url}: toxiproxy's API, and ${url}/v1/openapi.json`,
    });
    if (!isLoopback(at.host)) context.say('everybody who reaches this address can break the lab');
    context.say('Ctrl-C ends it; the faults stay');
    await aborted(context.signal);
    await server.close();
  },
};
