// Plain values -> TOML, for the config files of the family. It only writes: what users change they
// write in the stack file, in YAML.

export type Toml = string | number | boolean | readonly Toml[] | TomlTable;
export interface TomlTable {
  readonly [key: string]: Toml;
}

const isTable = (value: unknown): value is TomlTable =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A key alone where TOML lets it, else in quotes. JSON's escapes are TOML's, but for DEL. */
const key = (name: string): string => (/^[\w-]+$/.test(name) ? name : text(name));
const text = (value: string): string => JSON.stringify(value).replaceAll('\x7f', '\\u007f');

function inline(value: Toml): string {
  if (typeof value === 'string') return text(value);
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`;
  if (!isTable(value)) return String(value);
  const pairs = Object.entries(value).map(([name, one]) => `${key(name)} = ${inline(one)}`);
  return `{ ${pairs.join(', ')} }`;
}

/** One table after the other, each with its plain keys first. */
export const toToml = (root: TomlTable): string => tables(root, []).join('\n');

function tables(table: TomlTable, path: readonly string[]): string[] {
  const entries = Object.entries(table);
  const plain = entries.filter(([, value]) => !isTable(value));
  const below = entries.flatMap(([name, value]) =>
    isTable(value) ? tables(value, [...path, name]) : [],
  );
  const head = path.length ? `[${path.map(key).join('.')}]\n` : '';
  const lines = plain.map(([name, value]) => `${key(name)} = ${inline(value)}\n`);
  const own = lines.length || (head && !below.length) ? [head + lines.join('')] : [];
  return [...own, ...below];
}

/** `base` with `over` laid upon it, table by table; a list or a plain value replaces. */
export function merge(base: TomlTable, over: TomlTable = {}): TomlTable {
  const merged: Record<string, Toml> = { ...base };
  for (const [name, value] of Object.entries(over)) {
    const below = merged[name];
    merged[name] = isTable(below) && isTable(value) ? merge(below, value) : value;
  }
  return merged;
}
