// The OpenAPI document of /v1, made of the table of routes and the schemas that check requests.
import { ownVersion } from '../../package/files.ts';
import { type JsonSchema, toJson } from '../../stack/json.ts';
import { type Answer, answers } from './answers.ts';
import type { V1Route } from './routes.ts';

export function openApi(routes: readonly V1Route[]): JsonSchema {
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const route of routes)
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(route) };
  return {
    openapi: '3.1.0',
    info: {
      title: 'labctl',
      version: ownVersion(),
      description: 'One lab: its status, faults, partitions, nodes and events.',
    },
    paths,
  };
}

function operation({ path, summary, body, answer }: V1Route): JsonSchema {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
  const required = body !== undefined && !accepts(body, {});
  return {
    summary,
    ...(names.length && { parameters: names.map(parameter) }),
    ...(body && {
      requestBody: { required, content: { 'application/json': { schema: toJson(body) } } },
    }),
    responses: { 200: reply('done', answer), default: reply('an error', answers.error) },
  };
}

const accepts = (body: NonNullable<V1Route['body']>, given: unknown): boolean =>
  body.safeParse(given).success;

const parameter = (name: string): JsonSchema => ({
  name,
  in: 'path',
  required: true,
  schema: { type: 'string' },
});

const reply = (description: string, { type, schema }: Answer): JsonSchema => ({
  description,
  content: { [type]: { schema: toJson(schema) } },
});
