// docs/add-a-system.md shows its files as the docker test builds them, and leaves no part of the
// contract out.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const page = readFileSync(join(root, 'docs/add-a-system.md'), 'utf8');

test('every file that the page adds is in it as it is', () => {
  const folder = join(root, 'test/add-a-system');
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  expect(files.length).toBeGreaterThan(3);
  for (const file of files) {
    expect(page).toContain(`\n${readFileSync(file, 'utf8')}\`\`\``);
    expect(page).toContain(`\`${file.slice(folder.length + 1).replaceAll('\\', '/')}\``);
  }
});

test('every member of the contract has a word', () => {
  const model = ['model', 'scaling']
    .map((name) => readFileSync(join(root, `src/stack/${name}.ts`), 'utf8'))
    .join('');
  const membersOf = (name: string) => {
    const body = new RegExp(`^export interface ${name} \\{\\n(.*?)^\\}`, 'ms').exec(model)![1]!;
    return [...body.matchAll(/^ {2}(?:readonly )?(\w+)[?(:]/gm)].map(([, member]) => member!);
  };
  const members = [...membersOf('System'), ...membersOf('Scaling')];
  expect(members).toEqual(expect.arrayContaining(['nodes', 'probe', 'scaling', 'leave']));
  expect(members.filter((member) => !page.includes(`\`${member}`))).toEqual([]);
});
