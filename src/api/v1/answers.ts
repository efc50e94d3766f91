// What the routes answer, for the OpenAPI document: the shapes of `-o json`. The compiler holds
// each schema to the type that the library gives, so that a field cannot be forgotten here.
import { z } from 'zod';
import type { LabEvent } from '../../lab/events.ts';
import type { Failpoints } from '../../lab/failpoint.ts';
import type { FaultChange } from '../../lab/faults/fault-change.ts';
import type { ListedFault } from '../../lab/faults/faults.ts';
import type { HoldEvent } from '../../lab/faults/hold-partition.ts';
import { REACHES } from '../../lab/faults/placements.ts';
import type { ShownFault } from '../../lab/faults/show-fault.ts';
import type { ShownPreset, WanChange } from '../../lab/faults/wan.ts';
import type { PromoteResult } from '../../lab/promote.ts';
import type { ScaleResult } from '../../lab/scale.ts';
import type { LabStatus, NodeStatus } from '../../lab/status.ts';
import { ONE_WAYS } from '../../shapes/shape.ts';
import { scope } from './bodies.ts';

export interface Answer {
  readonly type: string;
  readonly schema: z.ZodType;
}

const time = z.string().describe('ISO 8601');
const version = z.literal(1);
const lab = z.string();
const nodes = z.array(z.string());
const params = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

const shownFault = z.object({
  id: z.string(),
  kind: z.string(),
  from: z.string().describe('What set it: partition, fault, toxic ...'),
  params,
  scope: scope.exactOptional(),
  seed: z.int().exactOptional(),
  startsAt: time.nullable().describe('When it begins, if it has not yet.'),
  until: time.nullable().describe('When it ends by itself; ISO 8601.'),
}) satisfies z.ZodType<ShownFault>;

const listedFault: z.ZodType<ListedFault> = z.object({
  ...shownFault.shape,
  edge: z.string(),
  hits: z
    .object({
      connections: z.int(),
      heldBytes: z.int(),
      droppedBytes: z.int(),
      droppedPackets: z.int(),
    })
    .describe('What it did since it was set.'),
});

const node: z.ZodType<NodeStatus> = z.object({
  name: z.string(),
  system: z.string(),
  role: z.string(),
  zone: z.string().nullable().describe('null where the stack says none'),
  state: z.string().describe("docker's word, or missing"),
  health: z.enum(['healthy', 'unhealthy', 'unknown']),
  detail: z.string(),
  leader: z.boolean().nullable(),
  since: z.string(),
  image: z
    .object({ ref: z.string(), id: z.string(), source: z.enum(['local', 'pulled', 'built']) })
    .nullable(),
  replaced: z
    .record(z.string(), z.unknown())
    .nullable()
    .describe('What labctl replace has put in place of what the stack says.'),
  facts: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))
    .nullable()
    .describe('What else its system has to tell.'),
  brief: z.string().nullable().describe('The facts in a few words.'),
  endpoints: z.record(z.string(), z.string()),
});

const status: z.ZodType<LabStatus> = z.object({
  version,
  lab,
  stack: z.string(),
  healthy: z.boolean(),
  reason: z.string().nullable(),
  nodes: z.array(node),
  edges: z.array(
    z.object({
      name: z.string(),
      from: z.string(),
      to: z.string(),
      ports: z.array(z.int()),
      state: z.enum(['open', 'cut', 'faulty', 'down']),
      revision: z.int().nullable(),
      faults: z.array(shownFault),
      connections: z.object({ open: z.int(), total: z.int(), failed: z.int() }).nullable(),
      bytes: z.object({ up: z.int(), down: z.int() }).nullable(),
      rates: z.object({ up: z.number(), down: z.number() }).nullable(),
      lastActivity: time.nullable(),
    }),
  ),
  monitors: z
    .array(
      z.object({ name: z.string(), state: z.string(), since: z.string(), address: z.string() }),
    )
    .describe('Prometheus and Grafana, where the lab has them.'),
});

const change = z.object({
  version,
  lab,
  requested: z.string(),
  resolved: z.record(z.string(), z.string()).describe('Roles and what they were resolved to.'),
  edges: z.array(z.string()),
  of: z.int(),
  mode: z.string(),
  oneWay: z.enum(ONE_WAYS).nullable().exactOptional(),
  reach: z
    .record(z.string(), z.record(z.string(), z.enum(REACHES)))
    .describe('From each node to each other: what a partition leaves of the way.')
    .exactOptional(),
  sees: z.record(z.string(), nodes).describe('Node -> whom it reaches both ways.').exactOptional(),
  drawn: z.boolean().describe('Whether who is cut was drawn from the seed.').exactOptional(),
  notice: z.string().exactOptional(),
  faults: z.array(z.string()).describe('Ids.'),
  seed: z.int().exactOptional(),
  connections: z
    .record(z.string(), z.int())
    .describe('Edge -> connections that were hit at once.')
    .exactOptional(),
  quiet: z.array(z.string()).describe('Edges that carried nothing lately.').exactOptional(),
  tookMs: z.number(),
}) satisfies z.ZodType<FaultChange>;

const wanChange: z.ZodType<WanChange> = z.object({
  ...change.shape,
  scale: z.number(),
  regions: z.record(z.string(), z.string()).describe('Node -> region.'),
  rttMs: z
    .record(z.string(), z.record(z.string(), z.number()))
    .describe('Region -> region -> round trip, scaled.'),
});

const preset: z.ZodType<ShownPreset> = z.object({
  name: z.string(),
  summary: z.string(),
  regions: nodes,
});

const failure = z.object({
  error: z.object({
    code: z.string().describe('A code of docs/errors.md.'),
    message: z.string(),
    hint: z.string(),
    details: z.array(z.string()),
    definite: z.boolean().describe('True when surely nothing was done.'),
  }),
});

/** A stream that fails ends with such an event. */
const orFailure = (event: z.ZodType) =>
  z.union([event, z.object({ type: z.literal('error'), ...failure.shape })]);

const held: z.ZodType<HoldEvent & { type: string }> = z.object({
  type: z.string().describe('As event.'),
  version,
  lab,
  event: z.enum(['started', 'cut', 'healed', 'met']),
  atMs: z.int().describe('Since the beginning.'),
  seed: z.int().exactOptional(),
  node: z.string().describe('Who is alone, where that moves.').exactOptional(),
  change: change.exactOptional(),
  forMs: z.int().nullable().describe('How long this phase is meant to last.').exactOptional(),
  met: z.string().describe('What met the condition.').exactOptional(),
});

const scaled: z.ZodType<ScaleResult> = z.object({
  version,
  lab,
  changed: z.array(z.object({ name: z.string(), from: z.int(), to: z.int() })),
  added: nodes,
  removed: nodes,
  notice: z.string().exactOptional(),
  tookMs: z.number(),
});

const promoted: z.ZodType<PromoteResult> = z.object({
  version,
  lab,
  node: z.string().describe('Who leads now.'),
  from: z.string().nullable().describe('Who led before, where that is known.'),
  orderly: z.boolean().describe('Whether that one gave the lead over.'),
  following: nodes,
  left: z.array(z.object({ node: z.string(), why: z.string() })),
  lost: z
    .object({ writes: z.int(), ids: z.string() })
    .nullable()
    .describe('What the old leader had and the new one has not; null: that cannot be known.'),
  tookMs: z.number(),
});

const failpoints: z.ZodType<Failpoints> = z.object({
  version,
  lab,
  node: z.string(),
  failpoints: z.record(z.string(), z.string()).describe('Name -> action, of all that are set.'),
});

const event: z.ZodType<LabEvent> = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('fault'),
    at: time,
    edge: z.string(),
    change: z.enum(['started', 'set', 'began', 'expired', 'stopped']),
    revision: z.int(),
    faults: z.array(shownFault),
  }),
  z.object({ type: z.literal('node'), at: time, node: z.string(), state: z.string() }),
  z.object({ type: z.literal('proxy'), at: time, edge: z.string(), state: z.string() }),
  z.object({
    type: z.literal('leader'),
    at: time,
    group: z.string(),
    leader: z.string().nullable(),
    before: z.string().nullable(),
  }),
]);

const answer = (schema: z.ZodType, type = 'application/json'): Answer => ({ type, schema });

export const answers = {
  status: answer(status),
  nodes: answer(z.object({ version, lab, nodes: z.array(node) })),
  faults: answer(z.object({ version, faults: z.array(listedFault) })),
  change: answer(change),
  wanChange: answer(wanChange),
  presets: answer(z.object({ version, presets: z.array(preset) })),
  held: answer(orFailure(held), 'text/event-stream'),
  scaled: answer(scaled),
  promoted: answer(promoted),
  failpoints: answer(failpoints),
  action: answer(z.object({ version, lab, action: z.string(), changed: nodes, unchanged: nodes })),
  event: answer(orFailure(event), 'text/event-stream'),
  document: answer(z.looseObject({})),
  error: answer(failure),
};
