// Relative paths in a stack: those of its file are seen from the file's folder, those of --set from
// where the command is given. A TOML file gives way to what it says, so that a lab does not need it
// any more. A schema marks them (values.ts).
import { resolve } from 'node:path';
import type { Path } from './document.ts';
import { isMap, type JsonSchema, jsonAt, toJson } from './json.ts';
import type { Stack, System } from './model.ts';
import { nodeSchema } from './node-schema.ts';

interface Files {
  /** Where what stands at a path of the stack is seen from. */
  readonly folderOf: (path: Path) => string;
  /** What a TOML file says that is named at a path of the stack. */
  readonly tomlOf: (path: Path, file: string) => string;
}

/** The stack with every path absolute. */
export function resolvePaths(
  stack: Stack,
  systems: Readonly<Record<string, System>>,
  files: Files,
): Stack {
  const nodeJson = toJson(nodeSchema);
  return {
    ...stack,
    systems: mapValues(stack.systems, (config, group) =>
      resolveIn(config, [toJson(systems[config.system]!.schema)], ['systems', group], files),
    ),
    nodes: mapValues(stack.nodes, (node, name) => ({
      ...node,
      service: resolveIn(node.service, [nodeJson], ['nodes', name], files),
    })),
  };
}

const mapValues = <T>(map: Readonly<Record<string, T>>, change: (value: T, key: string) => T) =>
  Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value, key)]));

function resolveIn<T>(value: T, schemas: readonly JsonSchema[], path: Path, files: Files): T {
  const inside = (part: unknown, step: string | number) => {
    const below = schemas.flatMap((schema) => jsonAt(schema, [step]));
    return resolveIn(part, below, [...path, step], files);
  };
  if (Array.isArray(value)) return value.map(inside) as T;
  if (isMap(value)) return mapValues(value, inside) as T;
  if (typeof value !== 'string') return value;
  const formats = schemas.map(({ format }) => format);
  const folder = files.folderOf(path);
  if (formats.includes('path')) return resolve(folder, value) as T;
  if (formats.includes('toml')) return files.tomlOf(path, resolve(folder, value)) as T;
  const [source, ...rest] = value.split(':');
  if (formats.includes('mount') && source!.startsWith('.'))
    return [resolve(folder, source!), ...rest].join(':') as T;
  return value;
}
