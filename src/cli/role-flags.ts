// `--ROLE.KEY VALUE`, as `--tikv.count 3`: commander knows only the options that it was told of,
// and which roles there are only the stack knows. So the words become `--set=--tikv.count=3`,
// which src/stack/set.ts reads. `--kv 3` is how tiup's users say the same.
const COMMANDS = ['up', 'render'];
const FLAG = /^--([a-z][a-z0-9-]*(?:\.[\w-]+)+|(?:ti)?(?:kv|db)|pd|tiflash|ticdc)(?:=(.*))?$/s;

/** The words as commander gets them. A flag without its value stays, and is unknown there. */
export function roleFlags(all: readonly string[]): string[] {
  const [command, ...words] = all;
  if (!COMMANDS.includes(command!)) return [...all];
  const dashes = words.indexOf('--');
  const end = dashes < 0 ? words.length : dashes;
  const out: string[] = [];
  for (let i = 0; i < end; i += 1) {
    const [, key, given] = FLAG.exec(words[i]!) ?? [];
    const value = given ?? (i + 1 < end ? words[i + 1] : undefined);
    if (key === undefined || value === undefined) out.push(words[i]!);
    else {
      out.push(`--set=--${key.includes('.') ? key : `${key}.count`}=${value}`);
      if (given === undefined) i += 1;
    }
  }
  return [command!, ...out, ...words.slice(end)];
}
