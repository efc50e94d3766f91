// `labctl --lab x status`: to commander a flag before a command is one of the program, not of the
// command. So shared flags that stand there are put behind the command's words.
import { type CommandSpec, sharedOptions } from './command.ts';

/** What stands behind `labctl`, with the command first. Flags before no command go. */
export function commandFirst(
  words: readonly string[],
  commands: readonly CommandSpec[],
): readonly string[] {
  const start = leadingFlags(words);
  // Commander's own help knows one word only, not `help fault add`.
  const asked = words[start] === 'help' ? commandPath(words.slice(start + 1), commands) : [];
  if (asked.length) return [...asked.map(({ name }) => name), '--help'];
  const end = start + commandPath(words.slice(start), commands).length;
  const flags = end > start ? words.slice(0, start) : [];
  return [...words.slice(start, end), ...flags, ...words.slice(end)];
}

/** The command that `words` begin with, after those it is under: `fault`, `add`. */
export function commandPath(
  [word, ...rest]: readonly string[],
  commands: readonly CommandSpec[],
): readonly CommandSpec[] {
  const spec = commands.find(({ name, alias }) => word && [name, alias].includes(word));
  return spec ? [spec, ...commandPath(rest, spec.subcommands ?? [])] : [];
}

/** How many words at the beginning are shared flags and their values. */
function leadingFlags(words: readonly string[]): number {
  const options = sharedOptions();
  for (let at = 0; ; at += 1) {
    const word = words[at] ?? '';
    const option = options.find(({ long, short, required }) =>
      required
        ? word.startsWith(`${long}=`) || (short && word.startsWith(short)) || word === long
        : word === short || word === long,
    );
    if (!option) return at;
    if (option.required && (word === option.long || word === option.short)) at += 1;
  }
}
