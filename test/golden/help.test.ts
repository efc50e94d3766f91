// The help of every command, compared with a stored file. `-u` rewrites it; read the diff.
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { commandGroups } from '../../src/cli/commands/index.ts';

const main = fileURLToPath(new URL('../../dist/bin/main.js', import.meta.url));

/** What a terminal of 80 columns shows. */
async function help(...words: string[]): Promise<string> {
  const { stdout, exitCode } = await execa('node', [main, ...words, '--help'], { reject: false });
  expect(exitCode).toBe(0);
  return stdout;
}

test('labctl alone shows the whole tree in under 40 lines', async () => {
  const { stdout } = await execa('node', [main]);
  expect(stdout.split('\n').length).toBeLessThan(40);
  expect(stdout.trim()).toBe((await help()).trim());
});

test('every command shows examples, arguments and flags', async () => {
  const commands = Object.values(commandGroups)
    .flat()
    .flatMap(({ name, subcommands = [] }) => [
      [name],
      ...subcommands.map((sub) => [name, sub.name]),
    ]);
  const pages = await Promise.all([[], ...commands].map((words) => help(...words)));
  const titled = pages.map((page, i) => `=== labctl ${[[], ...commands][i]!.join(' ')}\n${page}\n`);
  await expect(titled.join('\n')).toMatchFileSnapshot(
    fileURLToPath(new URL('files/help.txt', import.meta.url)),
  );
  for (const page of pages) expect(page).toMatch(/Examples:\n {2}\$ labctl /);
});
