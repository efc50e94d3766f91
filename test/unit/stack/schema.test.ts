// schema/stack.json and the built-in stacks belong to the systems that labctl really has.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findStack, listStacks, readFile } from '../../../src/stack/find.ts';
import { loadStack } from '../../../src/stack/load.ts';
import { stackJsonSchema } from '../../../src/stack/schema.ts';
import { systems } from '../../../src/systems/index.ts';
import { systems as fakes } from './fake.ts';

const root = join(import.meta.dirname, '../../..');
const builtinDir = join(root, 'examples');

test('schema/stack.json is up to date (vitest -u writes it)', async () => {
  const text = `${JSON.stringify(stackJsonSchema(systems), null, 2)}\n`;
  await expect(text).toMatchFileSnapshot(join(root, 'schema/stack.json'));
});

describe('the JSON Schema', () => {
  const schema = JSON.parse(JSON.stringify(stackJsonSchema(fakes)));

  test('a group called after a system is of that system unless it says otherwise', () => {
    const { properties, additionalProperties } = schema.properties.systems;
    expect(Object.keys(properties)).toEqual(['etcd', 'redis']);
    expect(properties.etcd.if).toEqual({ type: 'object', required: ['system'] });
    expect(properties.etcd.then).toEqual({ $ref: '#/$defs/group' });
    expect(properties.etcd.else).toEqual({ $ref: '#/$defs/system-etcd' });
    expect(additionalProperties).toEqual({ $ref: '#/$defs/group' });
    expect(schema.$defs.group.required).toEqual(['system']);
  });

  test('says of every key what it is for', () => {
    for (const keys of [schema.properties, schema.$defs.node.properties])
      for (const key of Object.keys(keys)) expect(keys[key], key).toHaveProperty('description');
  });

  test('lets stand without quotes what the loader takes as a text', () => {
    expect(schema.$defs['system-etcd'].properties.version.type).toEqual([
      'string',
      'number',
      'boolean',
    ]);
  });
});

test.each(listStacks(builtinDir))('the built-in stack $name loads', ({ name, summary }) => {
  const source = findStack({ name, cwd: root, builtinDir });
  expect(loadStack({ ...source, readFile }, [], systems).name).toBe(name);
  expect(summary).not.toBe('');
});
