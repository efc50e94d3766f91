import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { modes } from '../../../src/faults/modes.ts';
import { ONE_WAYS } from '../../../src/shapes/shape.ts';
import { allShapes } from './world.ts';

const text = readFileSync(new URL('../../../docs/partitions.md', import.meta.url), 'utf8');

test('docs/partitions.md says of every shape what the help says, and knows every mixture and way', () => {
  const sections = new Map(text.split('\n### ').map((part) => [part.split('\n')[0]!, part]));
  for (const [name, { summary, picture }] of allShapes) {
    expect(sections.get(name), name).toContain(summary);
    expect(sections.get(name), name).toContain(`\n${picture}\n`);
  }
  for (const way of ONE_WAYS) expect(text).toContain(`| \`${way}\``);
  for (const [name, { faults }] of Object.entries(modes))
    if (faults.length > 1) for (const fault of faults) expect(text, name).toContain(`\`${fault}\``);
});
