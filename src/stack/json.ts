// JSON Schema as the loader reads it: what a schema says of the value at a path, and in what words.
import { z } from 'zod';
import type { Path } from './document.ts';

export type JsonSchema = { readonly [key: string]: unknown };

/** A zod schema as JSON Schema, of what may be typed: a key with a default is optional. */
export function toJson(schema: z.ZodType): JsonSchema {
  const known = made.get(schema);
  if (known) return known;
  const { $schema, ...json } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  made.set(schema, json);
  return json;
}

const made = new WeakMap<z.ZodType, JsonSchema>();

/** The parts of a JSON Schema that speak of the value at `path`: several where it has `anyOf`. */
export function jsonAt(json: JsonSchema, path: Path): JsonSchema[] {
  return path.reduce<JsonSchema[]>(
    (here, step) => here.flatMap((schema) => branches(below(schema, step))),
    branches(json),
  );
}

function branches(json: unknown): JsonSchema[] {
  if (!isMap(json)) return [];
  const { anyOf, description } = json;
  if (!Array.isArray(anyOf)) return [json];
  return anyOf.flatMap(branches).map((branch) => ({ description, ...branch }));
}

function below(schema: JsonSchema, step: string | number): unknown {
  if (typeof step === 'number') return schema.items;
  const { properties } = schema;
  return isMap(properties) && Object.hasOwn(properties, step)
    ? properties[step]
    : schema.additionalProperties;
}

/** What these schemas allow, in words: `a whole number from 1 to 25`, `a text or a list`. */
export function allowedBy(schemas: readonly JsonSchema[]): string {
  return [...new Set(schemas.map(allowedByOne))].join(' or ') || 'something else';
}

const TYPES: Readonly<Record<string, string>> = {
  array: 'a list',
  object: 'a map of keys and values',
  boolean: 'true or false',
};

function allowedByOne(schema: JsonSchema): string {
  if (Array.isArray(schema.enum)) return `one of ${schema.enum.join(', ')}`;
  if ('const' in schema) return String(schema.const);
  const type = [schema.type].flat()[0] as string;
  if (type === 'integer') return `a whole number${limits(schema)}`;
  if (type === 'number') return `a number${limits(schema)}`;
  return TYPES[type] ?? 'a text';
}

function limits({ minimum, maximum, exclusiveMinimum }: JsonSchema): string {
  // zod gives every integer the limits of what a number can hold.
  const real = (limit: unknown) =>
    typeof limit === 'number' && Math.abs(limit) < Number.MAX_SAFE_INTEGER;
  if (real(exclusiveMinimum)) return ` above ${exclusiveMinimum}`;
  if (real(minimum) && real(maximum)) return ` from ${minimum} to ${maximum}`;
  if (real(minimum)) return ` of ${minimum} or more`;
  return real(maximum) ? ` of ${maximum} or less` : '';
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** True for what YAML calls a map. */
export const isMap = (value: unknown): value is Record<string, unknown> =>
  isObject(value) && !Array.isArray(value);

/** What stands at `path`; undefined where the path leads nowhere. */
export const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>((at, step) => (isObject(at) ? at[step] : undefined), value);

/** A copy with `found` at `path`. Maps on the way are made; what is no map stays as it is. */
export function withValueAt(value: unknown, [step, ...rest]: Path, found: unknown): unknown {
  if (step === undefined) return found;
  const map = value ?? {};
  if (!isMap(map)) return value;
  return { ...map, [step]: withValueAt(map[step], rest, found) };
}
