// What the bodies of requests may say. They are checked by these schemas, and the OpenAPI document
// is made of them; the types say that what they let through is what the library takes.
import { z } from 'zod';
import { LabError } from '../../errors.ts';
import type { Scope } from '../../faults/fault.ts';
import { type FlagOptions, flagNames } from '../../lab/faults/choose-shape.ts';
import type { FaultAddOptions } from '../../lab/faults/faults.ts';
import type { HoldOptions } from '../../lab/faults/hold-partition.ts';
import type { PartitionOptions } from '../../lab/faults/partition.ts';
import type { WanOptions } from '../../lab/faults/wan.ts';
import type { LifecycleOptions } from '../../lab/lifecycle.ts';
import type { PromoteOptions } from '../../lab/promote.ts';
import { ONE_WAYS } from '../../shapes/shape.ts';
import { FAULT_ID } from '../lab.ts';

/** A key for every option of the library, so that a new one is not forgotten here. */
type All<Options> = Readonly<Record<keyof Options, z.ZodType>>;

const nodeName = z.string().min(1);
const forMs = z.int().min(1).describe('Heals itself after so many milliseconds.').exactOptional();
const dryRun = z.boolean().describe('Only say what would be done.').exactOptional();

const seed = z.int().min(0).describe('What every choice is drawn from.').exactOptional();
const flag = z
  .union([z.string(), z.number(), z.boolean()])
  .describe('A flag of `labctl partition --help`; true where it stands alone.')
  .exactOptional();
const flags = Object.fromEntries(flagNames.map((name) => [name, flag])) as Readonly<
  Record<keyof FlagOptions, typeof flag>
>;

export const partitionBody = z.strictObject({
  sides: z
    .array(z.array(nodeName).min(1))
    .describe('Sides of nodes; nodes in none are one more side. `host` may be in a side too.')
    .exactOptional(),
  ...flags,
  among: z.string().describe('What shapes are made of, where not all nodes.').exactOptional(),
  mode: z.string().describe('A mode of `labctl partition`; default drop.').exactOptional(),
  oneWay: z.enum(ONE_WAYS).describe('Cut in one order only.').exactOptional(),
  edges: z.enum(['peer', 'host', 'all']).describe('Which edges; default peer.').exactOptional(),
  seed,
  forMs,
  dryRun,
} satisfies All<PartitionOptions>) satisfies z.ZodType<PartitionOptions>;

const { dryRun: _, ...heldPartition } = partitionBody.shape;
const phaseMs = z.int().min(1);

export const holdBody = z.strictObject({
  ...heldPartition,
  forMs: phaseMs.describe('How long the whole takes.').exactOptional(),
  flap: z
    .strictObject({ onMs: phaseMs, offMs: phaseMs, jitter: z.number().min(0).max(1).default(0) })
    .describe('Cut and healed in turn.')
    .exactOptional(),
  rollingMs: phaseMs.describe('Isolates one node after the other, each so long.').exactOptional(),
  chase: z.boolean().describe('With isolate leader: goes with the leadership.').exactOptional(),
  until: z.string().describe('A condition of `labctl partition --until`.').exactOptional(),
  timeoutMs: phaseMs.describe('How long until may take; default one minute.').exactOptional(),
} satisfies All<HoldOptions>) satisfies z.ZodType<HoldOptions>;

export const wanBody = z.strictObject({
  preset: z.string().describe('One that GET lists.'),
  zones: z.record(z.string(), z.string()).describe('Zone -> region.').exactOptional(),
  host: z.string().describe('The region of this machine; else its edges stay.').exactOptional(),
  scale: z.number().positive().max(1_000).describe('Every round trip times this.').exactOptional(),
  jitter: z.number().min(0).max(1).describe('Of each delay; default 0.05.').exactOptional(),
  seed,
  dryRun,
} satisfies All<WanOptions>) satisfies z.ZodType<WanOptions>;

export const scaleBody = z
  .record(z.string(), z.int().min(0))
  .describe('Group, or role of one, -> how many nodes it shall have: `{"etcd":5}`.');

export const promoteBody = z.strictObject({
  timeoutMs: z.int().min(1).describe('For each wait; default 10 s.').exactOptional(),
  lossy: z.boolean().describe('Without what only other replicas have.').exactOptional(),
} satisfies All<Omit<PromoteOptions, 'report'>>) satisfies z.ZodType<PromoteOptions>;

export const failpointBody = z.strictObject({
  action: z.string().describe('`return(1)`, `sleep(1000)`, `pause` ...'),
});

export const healBody = z.strictObject({
  nodes: z
    .array(nodeName)
    .describe('Only edges of these nodes; default all edges.')
    .exactOptional(),
});

export const scope = z.strictObject({
  direction: z
    .enum(['up', 'down'])
    .describe('up: from the dialler; down: to it. Default both.')
    .exactOptional(),
  conns: z.enum(['new', 'existing']).describe('Default all.').exactOptional(),
  share: z.number().min(0).max(1).describe('Of connections; default 1.').exactOptional(),
  port: z.int().describe('Default all ports of the edge.').exactOptional(),
  afterBytes: z.int().min(0).describe('Bytes that pass first.').exactOptional(),
} satisfies All<Scope>) satisfies z.ZodType<Scope>;

export const faultBody = z.strictObject({
  kind: z.string().describe('A kind of `labctl fault kinds`.'),
  edges: z.array(z.string()).describe('Addresses, as on the command line: `host:leader`.'),
  params: z
    .union([
      z.array(z.string()),
      z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    ])
    .describe('`["delay=100ms"]`, or as kept, in ms, bytes and bytes per second: `{"delay":100}`.')
    .default([]),
  scope: scope.exactOptional(),
  forMs,
  afterMs: z.int().min(1).describe('Begins after so many milliseconds.').exactOptional(),
  seed,
  id: z.string().regex(FAULT_ID).describe('Replaces the fault of this id.').exactOptional(),
  dryRun,
} satisfies All<Omit<FaultAddOptions, 'from'>>) satisfies z.ZodType<FaultAddOptions>;

export const actionBody = z.strictObject({
  signal: z.string().describe('For kill (default KILL), and for restart.').exactOptional(),
  timeoutMs: z.int().min(0).describe('Limit of an orderly stop.').exactOptional(),
} satisfies All<LifecycleOptions>) satisfies z.ZodType<LifecycleOptions>;

/** Throws request-invalid, with every problem and its place. */
export function readBody<T>(schema: z.ZodType<T>, body: unknown): T {
  const { data, error } = schema.safeParse(body);
  if (!error) return data;
  const problems = error.issues.map(({ path, message }) => [...path, message].join(': '));
  throw new LabError('request-invalid', `the body is not what this takes: ${problems[0]}`, {
    details: problems.slice(1),
  });
}
