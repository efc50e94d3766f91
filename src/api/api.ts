// `labctl api`: both APIs of one lab on one server.
import type { ApiLab } from './lab.ts';
import { type ApiServer, type ServerOptions, startServer } from './server.ts';
import { toxiproxyFace } from './toxiproxy/routes.ts';
import { v1Face } from './v1/routes.ts';

/** Throws port-taken, usage. */
export const serveApi = (lab: ApiLab, options: ServerOptions): Promise<ApiServer> =>
  startServer([v1Face(lab), toxiproxyFace(lab)], options);
