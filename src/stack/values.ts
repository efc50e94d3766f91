// Kinds of value that YAML itself does not tell apart, for the schemas here and in src/systems/.
//
// How the loader reads a schema's own message: one that begins with `must` follows the key ("nodes
// must be even, not 3"), any other one explains ("version cannot be "x": a version is written like
// 3.5.16"), and on a map it follows the map's name ("nodes.app needs an image"). Without a message
// the loader makes a sentence from the type and the limits.
import { z } from 'zod';
import { dockerBytes, MEMORY_LEAST_BYTES } from './units.ts';

/**
 * A text that may stand without quotes also where YAML takes it for a number or a boolean:
 * `version: 3.10` is `3.10` and not 3.1. For the values of `environment` and of flags too.
 */
export const text = () => z.string().meta({ type: ['string', 'number', 'boolean'] });

/** A path on the user's machine; the loader makes it absolute, seen from the file's folder. */
export const path = () =>
  z
    .string()
    .regex(/^[^~\s]/, 'must be a path; ~ is not expanded here')
    .meta({ format: 'path' });

/** A TOML file on the user's machine; the loader puts what it says in the place of its path. */
export const tomlFile = () => path().meta({ format: 'toml' });

/** Compose's `./folder:/inside:ro`, or `/inside` alone; the loader makes the folder absolute. */
export const mount = () =>
  z
    .string()
    .regex(
      /^((\.{1,2}(\/[^:]*)?|\/[^:]*):)?\/[^:]*(:[a-zA-Z,]+)?$/,
      'must be ./folder:/inside or /inside; a named volume would outlive the lab',
    )
    .meta({ format: 'mount' });

/** As compose takes it, of memory or a disk. */
export const size = () => text().regex(/^\d+[bBkKmMgG]?$/, 'a size is written like 256m');

/** `what` a node is: a member, a server. */
export const limitsOf = (what: string, memory: string) => ({
  cpus: z.number().positive().describe(`CPU limit of each ${what}, e.g. 0.5`),
  mem_limit: size()
    .refine((limit) => !(dockerBytes(limit) < MEMORY_LEAST_BYTES), 'must be 6m or more')
    .describe(`memory limit of each ${what}, e.g. ${memory}`),
});

/** Of the first node; each other has the next. */
export const hostPorts = (nodesMax: number) =>
  z
    .int()
    .min(1)
    .max(65_535 - nodesMax)
    .optional();

/** A map from nodes of the group to keys that they have in place of the group's. */
export const overridesOf = (keys: Readonly<Record<string, z.ZodType>>) => {
  const optional = Object.entries(keys).map(([key, schema]) => [key, schema.optional()]);
  return z.record(z.string(), z.strictObject(Object.fromEntries(optional))).optional();
};

/** Ports above it belong to labctl's own probes. */
export const PORT_MAX = 60_999;
const PORT_RANGE = `must be a port from 1 to ${PORT_MAX}`;
const ONE_SIDE =
  'must be the port inside the container alone, such as 80; labctl picks the one on your machine';

/** A port inside a container. A mapping of compose (`8080:80`) gets told what it is here. */
export const port = () =>
  z
    .int({
      error: ({ input }) => (/^[\d.:[\]/a-z-]+$/.test(String(input)) ? ONE_SIDE : PORT_RANGE),
    })
    .min(1, PORT_RANGE)
    .max(PORT_MAX, `${PORT_RANGE}; labctl keeps the ones above for its probes`);
