// `labctl --lab x status`: to commander a flag before a command is one of the program, not of the
// command. So shared flags that stand there are put behind the command's words.
import { type CommandSpec, sharedOptions } from './command.ts';

/**
 * What stands behind `labctl`, with the command first. Flags before no command go, and all but the
 * word that is none where one should be: commander would show its whole help for `statu --help`.
 */
export function commandFirst(
  words: readonly string[],
  commands: readonly CommandSpec[],
): readonly string[] {
  const start = leadingFlags(words);
  const isHelp = words[start] === 'help';
  const from = isHelp ? start + 1 : start;
  const path = commandPath(words.slice(from), commands);
  const [end, names] = [from + path.length, path.map(({ name }) => name)];
  const known = path.length ? path.at(-1)!.subcommands : commands;
  const next = words[end];
  if (known && next && !/^(-|help$|__)/.test(next)) return [...names, next];
  if (isHelp) return path.length ? [...names, '--help'] : ['help'];
  return [...names, ...(path.length ? words.slice(0, start) : []), ...words.slice(end)];
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
