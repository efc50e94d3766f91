// What may stand in a stack file, as zod schemas: the top of it here, a node of the user's own in
// node-schema.ts, a group of a system in that system's file. The JSON Schema for editors is made of
// the same three.
import { z } from 'zod';
import { type JsonSchema, toJson } from './json.ts';
import type { System } from './model.ts';
import { LAB_NAME, labNameProblem, NODE_NAME, nodeNameProblem } from './names.ts';
import { nodeSchema, portsSchema } from './node-schema.ts';
import { text } from './values.ts';

const COUNT = 'how many nodes a system has is said in its group under systems:';

const WORD = /^[a-z*?][a-z0-9*?-]*$/;
const word = () =>
  z.string().regex(WORD, 'must be a node, a group, a role or a glob such as etcd-*');

/** Edges that no system has of itself. */
const linkSchema = z.strictObject({
  from: word().describe(
    'Who dials: a node, a group or a role (ticdc) for all its nodes, or a glob.',
  ),
  to: word().describe('Whom it dials, in the same words.'),
  ports: portsSchema.optional().describe('Ports. Default: those that the target publishes.'),
});

const zoneWords = z
  .array(
    z.string().regex(/^[a-z*][a-z0-9*-]*$/, 'must be a node, a group or a pattern such as etcd-*'),
    'must be a list such as [etcd-1, etcd-2]',
  )
  .min(1, 'needs at least one node');

const zoneName = z.string().superRefine((name, { addIssue }) => {
  const problem = nodeNameProblem(name);
  if (problem) addIssue(`it ${problem}`);
});

/** The keys of a stack file. What is in a group or a node is checked by its own schema. */
export const topSchema = z.strictObject({
  name: text()
    .superRefine((name, { addIssue }) => {
      const problem = labNameProblem(name);
      if (problem) addIssue(`it ${problem}`);
    })
    .meta({ pattern: LAB_NAME })
    .optional()
    .describe("The lab's name. Default: the name of the folder or file."),
  systems: z
    .record(z.string(), z.unknown(), 'must be a map such as etcd: {nodes: 3}')
    .nullish()
    .describe('Groups of nodes that one system runs on. A key is the beginning of node names.'),
  nodes: z
    .record(z.string(), z.unknown(), `must be a map of your own containers; ${COUNT}`)
    .nullish()
    .describe('Containers of your own: compose services, plus ports and connects.'),
  links: z
    .array(linkSchema, 'must be a list such as [{from: app, to: etcd}]')
    .optional()
    .describe('Edges that no system has of itself: who dials whom.'),
  zones: z
    .record(zoneName.meta({ pattern: NODE_NAME }), zoneWords, 'must be a map such as eu: [etcd-1]')
    .optional()
    .describe('Where nodes stand: zone -> nodes, groups or patterns. For labctl wan.'),
  monitor: z
    .union([z.boolean(), z.literal('prometheus')])
    .optional()
    .describe('true: Prometheus and Grafana beside the lab; prometheus: without Grafana.'),
});

/** Keys of compose files and the like, each with where it went, as the end of a sentence. */
export const refusedTopKeys: Readonly<Record<string, string>> = {
  services: 'containers of your own go under nodes:',
  version: 'a version is that of a system, and goes there',
  image: 'it goes into a system, or a node of your own under nodes:',
  networks: 'every node has one network of its own; a node says what it dials with connects:',
  volumes: 'they go into a node of your own under nodes:',
};

/**
 * The JSON Schema of a stack file, for editors (schema/stack.json). A group is of the system that
 * its `system` says, else of the one it is called after, and the schema says just that.
 */
export function stackJsonSchema(systems: Readonly<Record<string, System>>): JsonSchema {
  const names = Object.keys(systems);
  const top = toJson(topSchema) as { properties: Record<string, JsonSchema> };
  const saysSystem = { type: 'object', required: ['system'] };
  const named = names.map((name) => [name, when(saysSystem, ref('group'), ref(`system-${name}`))]);
  const parts = (key: string, properties: object, others: object) => ({
    description: top.properties[key]!.description,
    type: ['object', 'null'],
    propertyNames: { pattern: NODE_NAME },
    properties,
    additionalProperties: others,
  });
  const group = {
    ...saysSystem,
    properties: { system: systemKey(names) },
    allOf: names.map((name) =>
      when({ properties: { system: { const: name } } }, ref(`system-${name}`), {}),
    ),
  };
  const bySystem = names.map((name) => [`system-${name}`, groupJson(systems[name]!)]);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'labctl stack',
    description: 'What a lab is made of.',
    ...top,
    properties: {
      ...top.properties,
      systems: parts('systems', Object.fromEntries(named), ref('group')),
      nodes: parts('nodes', {}, ref('node')),
    },
    $defs: { group, node: nodeJson(), ...Object.fromEntries(bySystem) },
  };
}

const ref = (name: string) => ({ $ref: `#/$defs/${name}` });

/** The conditional of JSON Schema. */
const when = (condition: object, then: object, otherwise: object) => ({
  if: condition,
  then,
  else: otherwise,
});

/** The key that every group may have. */
export const systemKey = (names: readonly string[]): JsonSchema => ({
  description:
    "What runs on the group's nodes. Default: the system that the group is called after.",
  enum: names,
});

function groupJson({ name, summary, schema }: System): JsonSchema {
  const json = toJson(schema);
  const properties = { system: systemKey([name]), ...(json.properties as object) };
  return { description: summary, ...json, type: ['object', 'null'], properties };
}

const nodeJson = (): JsonSchema => ({
  description: 'A container of your own.',
  ...toJson(nodeSchema),
  anyOf: [{ required: ['image'] }, { required: ['build'] }],
});
