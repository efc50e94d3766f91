// TOML, as config files of systems are written in it. Whole numbers are bigints in a table, and all
// numbers are written as fractions: to JavaScript 1.0 is 1, but a program in Go that wants a
// fraction may refuse a whole number.
import { parse, stringify, TomlError } from 'smol-toml';

export type Toml = string | number | bigint | boolean | readonly Toml[] | TomlTable;
export interface TomlTable {
  readonly [key: string]: Toml;
}

const parseToml = (text: string) => parse(text, { integersAsBigInt: true }) as TomlTable;

export const toToml = (table: TomlTable): string => stringify(table, { numbersAsFloat: true });

/** What a stack has for a config: TOML, or a map whose numbers are those of JavaScript. */
export const tableOf = (config: TomlTable | string = {}): TomlTable =>
  typeof config === 'string' ? parseToml(config) : (withWholeNumbers(config) as TomlTable);

function withWholeNumbers(value: Toml): Toml {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  if (Array.isArray(value)) return value.map(withWholeNumbers);
  if (!isTable(value)) return value;
  const entries = Object.entries(value).map(([key, one]) => [key, withWholeNumbers(one)]);
  return Object.fromEntries(entries);
}

/** A date of TOML is an object too. */
const isTable = (value: unknown): value is TomlTable =>
  Object.prototype.toString.call(value) === '[object Object]';

/** `base` with `over` laid upon it, table by table; a list or a plain value replaces. */
export function merge(base: TomlTable, over: TomlTable): TomlTable {
  const merged: Record<string, Toml> = { ...base };
  for (const [name, value] of Object.entries(over)) {
    const below = merged[name];
    merged[name] = isTable(below) && isTable(value) ? merge(below, value) : value;
  }
  return merged;
}

/** Gives the text of a file, or throws as node:fs does. */
export type ReadFile = (path: string) => string;

/** What a file says without its comments, for the stack to keep; or what is wrong with it. */
export function readTomlFile(
  file: string,
  readFile: ReadFile,
): { readonly text: string } | { readonly problem: string } {
  try {
    return { text: toToml(parseToml(readFile(file))) };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (error instanceof TomlError) {
      const [why] = message.replace('Invalid TOML document: ', '').split('\n');
      return { problem: `${file}:${error.line}:${error.column} is no TOML: ${why}` };
    }
    if (code === 'ENOENT') return { problem: `there is no file ${file}` };
    return { problem: `${file} cannot be read: ${message}` };
  }
}
