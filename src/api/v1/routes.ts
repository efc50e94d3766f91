// The native API: the use cases of labctl under /v1, in the shapes of `-o json`. One table that the
// server routes by and the OpenAPI document is made of.
import type { z } from 'zod';
import { asLabError } from '../../errors.ts';
import type { LabEvent } from '../../lab/events.ts';
import { checkHold } from '../../lab/faults/hold-partition.ts';
import { ACTIONS } from '../../lab/lifecycle.ts';
import { type Face, json, type Method, type Reply } from '../http.ts';
import type { ApiLab } from '../lab.ts';
import { createHub, type Hub } from '../sse.ts';
import { httpStatus } from '../status.ts';
import { type Answer, answers } from './answers.ts';
import {
  actionBody,
  failpointBody,
  faultBody,
  healBody,
  holdBody,
  partitionBody,
  promoteBody,
  readBody,
  scaleBody,
  wanBody,
} from './bodies.ts';
import { openApi } from './openapi.ts';

/** Everything an entry of the table may use. */
interface V1 {
  readonly lab: ApiLab;
  readonly hub: Hub<LabEvent>;
  readonly params: Readonly<Record<string, string>>;
}

/** One entry; `run` gets the body as the schema leaves it. */
export interface V1Route {
  readonly method: Method;
  readonly path: string;
  readonly summary: string;
  readonly body?: z.ZodType;
  readonly answer: Answer;
  readonly limitMs?: number;
  run(v1: V1, body: unknown): Promise<Reply>;
}

const EVENT_CLIENTS_MAX = 16;

/** Of what starts nodes and waits for them. */
const LONG_LIMIT_MS = 10 * 60_000;

const ok = (body: object): Reply => json(200, { version: 1, ...body });

const withBody =
  (method: Method, limits: Pick<V1Route, 'limitMs'> = {}) =>
  <B extends z.ZodType>(
    path: string,
    summary: string,
    body: B,
    answer: Answer,
    run: (v1: V1, body: z.output<B>) => Promise<object>,
  ): V1Route => {
    const checked = async (v1: V1, given: unknown) =>
      ok(await run(v1, readBody(body, given) as z.output<B>));
    return { method, path, summary, body, answer, run: checked, ...limits };
  };

const bare =
  (method: Method) =>
  (path: string, summary: string, answer: Answer, run: (v1: V1) => Promise<object>): V1Route => ({
    method,
    path,
    summary,
    answer,
    run: async (v1) => ok(await run(v1)),
  });

const [get, del] = [bare('GET'), bare('DELETE')];
const [post, put, postLong] = [
  withBody('POST'),
  withBody('PUT'),
  withBody('POST', { limitMs: LONG_LIMIT_MS }),
];

export const v1Routes: readonly V1Route[] = [
  get('/v1/status', 'Nodes and edges, and whether the lab is healthy', answers.status, ({ lab }) =>
    lab.status(),
  ),
  get('/v1/nodes', 'The nodes of the status alone', answers.nodes, async ({ lab }) => {
    const { nodes } = await lab.status();
    return { lab: lab.name, nodes };
  }),
  get('/v1/faults', 'Every fault on every edge', answers.faults, async ({ lab }) => {
    return { faults: await lab.faults() };
  }),
  post('/v1/faults', 'Set a fault on an edge', faultBody, answers.change, ({ lab }, body) =>
    lab.addFault(body),
  ),
  del(
    '/v1/faults/{id}',
    'Remove a fault wherever it is set; one that is not there is fine',
    answers.change,
    ({ lab, params }) => lab.removeFaults(params.id!),
  ),
  post('/v1/partition', 'Cut the edges between sides', partitionBody, answers.change, (v1, body) =>
    v1.lab.partition(body),
  ),
  {
    method: 'POST',
    path: '/v1/hold',
    summary: 'Hold a partition while the client listens, as server-sent events; it ends healed',
    body: holdBody,
    answer: answers.held,
    run: async ({ lab }, given) => {
      const body = readBody(holdBody, given);
      checkHold(body); // while it can still be a status
      return {
        events: async (send, signal) => {
          await lab.hold(body, (event) => send({ type: event.event, ...event }), signal);
        },
      };
    },
  },
  post('/v1/heal', 'Remove every fault', healBody, answers.change, ({ lab }, { nodes = [] }) =>
    lab.heal(...nodes),
  ),
  get('/v1/wan', 'The presets', answers.presets, async ({ lab }) => {
    return { presets: lab.wanPresets() };
  }),
  put('/v1/wan', 'Lay a preset over the lab', wanBody, answers.wanChange, ({ lab }, body) =>
    lab.wan(body),
  ),
  del('/v1/wan', 'Take the wan away', answers.change, ({ lab }) => lab.wanOff()),
  postLong('/v1/scale', 'Add or take away nodes', scaleBody, answers.scaled, ({ lab }, body) =>
    lab.scale(body),
  ),
  postLong(
    '/v1/nodes/{name}/promote',
    'Make a node lead its group',
    promoteBody,
    answers.promoted,
    ({ lab, params }, body) => lab.promote(params.name!, body),
  ),
  get(
    '/v1/nodes/{name}/failpoints',
    'The failpoints that are set in a node',
    answers.failpoints,
    ({ lab, params }) => lab.failpoint(params.name!),
  ),
  put(
    '/v1/nodes/{name}/failpoints/{failpoint}',
    'Set a failpoint',
    failpointBody,
    answers.failpoints,
    ({ lab, params }, { action }) => lab.failpoint(params.name!, params.failpoint, action),
  ),
  del(
    '/v1/nodes/{name}/failpoints/{failpoint}',
    'Take a failpoint back',
    answers.failpoints,
    ({ lab, params }) => lab.failpoint(params.name!, params.failpoint, 'off'),
  ),
  ...ACTIONS.map((action) =>
    post(
      `/v1/nodes/{name}/${action}`,
      `${action[0]!.toUpperCase()}${action.slice(1)} a node`,
      actionBody,
      answers.action,
      async ({ lab, params }, body) => {
        const done = await lab.act(action, [params.name!], body);
        return { lab: lab.name, action, ...done };
      },
    ),
  ),
  {
    method: 'GET',
    path: '/v1/events',
    summary: 'Changes of faults, nodes, proxies and the leader, as server-sent events',
    answer: answers.event,
    run: async ({ hub }) => ({ events: hub.join() }),
  },
  {
    method: 'GET',
    path: '/v1/openapi.json',
    summary: 'This document',
    answer: answers.document,
    run: async () => json(200, openApi(v1Routes)),
  },
];

export function v1Face(lab: ApiLab): Face {
  const hub = createHub<LabEvent>((send, signal) => lab.events(send, signal), EVENT_CLIENTS_MAX);
  const routes = v1Routes.map(({ run, ...route }) => ({
    ...route,
    run: ({ params, body }: { params: V1['params']; body: unknown }) =>
      run({ lab, hub, params }, body),
  }));
  const failed = (error: unknown): Reply => {
    const known = asLabError(error);
    return json(httpStatus(known), known);
  };
  return { prefix: '/v1/', routes, failed };
}
