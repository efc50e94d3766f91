// Relative paths in a stack, seen from the folder of its file. A schema marks them (values.ts).
import { resolve } from 'node:path';
import { isMap, type JsonSchema, jsonAt, toJson } from './json.ts';
import type { Stack, System } from './model.ts';
import { nodeSchema } from './node-schema.ts';

/** The stack with every path absolute. */
export function resolvePaths(
  stack: Stack,
  systems: Readonly<Record<string, System>>,
  folder: string,
): Stack {
  const nodeJson = toJson(nodeSchema);
  return {
    ...stack,
    systems: mapValues(stack.systems, (config) =>
      resolveIn(config, [toJson(systems[config.system]!.schema)], folder),
    ),
    nodes: mapValues(stack.nodes, (node) => ({
      ...node,
      service: resolveIn(node.service, [nodeJson], folder),
    })),
  };
}

const mapValues = <T>(map: Readonly<Record<string, T>>, change: (value: T, key: string) => T) =>
  Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value, key)]));

function resolveIn<T>(value: T, schemas: readonly JsonSchema[], folder: string): T {
  const inside = (part: unknown, step: string | number) =>
    resolveIn(
      part,
      schemas.flatMap((schema) => jsonAt(schema, [step])),
      folder,
    );
  if (Array.isArray(value)) return value.map(inside) as T;
  if (isMap(value)) return mapValues(value, inside) as T;
  if (typeof value !== 'string') return value;
  const formats = schemas.map(({ format }) => format);
  if (formats.includes('path')) return resolve(folder, value) as T;
  const [source, ...rest] = value.split(':');
  if (formats.includes('mount') && source!.startsWith('.'))
    return [resolve(folder, source!), ...rest].join(':') as T;
  return value;
}
