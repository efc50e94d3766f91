// A value against a zod schema: what is wrong with it in plain words, each with its path. The words
// come from the schema's own messages (see values.ts), else from its JSON Schema and the value.
import type { z } from 'zod';
import type { Path } from './document.ts';
import { allowedBy, isMap, isObject, type JsonSchema, jsonAt, valueAt } from './json.ts';
import { didYouMean } from './names.ts';

/** One thing wrong with a value, as a sentence without the place. */
export interface Complaint {
  readonly path: Path;
  /** What to point at: the word before the colon or what is behind it. */
  readonly part: 'key' | 'value';
  readonly message: string;
  readonly hint?: string;
}

export interface Check {
  readonly schema: z.ZodType;
  /** The same as JSON Schema, from `toJson`. */
  readonly json: JsonSchema;
  /** Where the value stands in the file. */
  readonly at: Path;
  /** What the value is called in `keys of ...`. */
  readonly called: string;
  /** Keys with a reason of their own why they cannot be set. */
  readonly refused?: Readonly<Record<string, string>>;
  /** A scalar as it was typed; for a text where YAML saw a number. */
  readonly written: (path: Path) => string | undefined;
}

export type Checked<T> = { readonly value: T } | { readonly complaints: readonly Complaint[] };

type Issue = z.core.$ZodIssue;

/** The value as the schema gives it back, or all that is wrong with it, one complaint a place. */
export function checkValue<T>(value: unknown, check: Check): Checked<T> {
  const first = check.schema.safeParse(value);
  if (first.success) return { value: first.data as T };
  const untyped = first.error.issues.flatMap(innermost).filter(wantsText);
  const retyped = untyped.reduce((copy, { path }) => asTyped(copy, path as Path, check), value);
  const second = retyped === value ? first : check.schema.safeParse(retyped);
  if (second.success) return { value: second.data as T };
  const complaints = second.error.issues
    .flatMap(innermost)
    .flatMap((issue) => complain(issue, retyped, check));
  const places = complaints.map(({ path, part }) => JSON.stringify([path, part]));
  return { complaints: complaints.filter((_, i) => places.indexOf(places[i]!) === i) };
}

/** Of a union, the issues of the branch that the value's own type fits: they are what teaches. */
function innermost(issue: Issue): Issue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const fits = (branch: readonly Issue[]) =>
    branch.some(({ code, path }) => code !== 'invalid_type' || path.length > 0);
  const branch = issue.errors.find(fits) ?? issue.errors.find((inner) => inner.some(wantsText));
  if (!branch) return [issue];
  return branch.flatMap((inner) =>
    innermost({ ...inner, path: [...issue.path, ...inner.path] } as Issue),
  );
}

const wantsText = (issue: Issue): boolean =>
  issue.code === 'invalid_type' && issue.expected === 'string';

/** A copy with the text as typed in place of a number or boolean; itself where there is none. */
function asTyped(value: unknown, path: Path, check: Check, depth = 0): unknown {
  if (depth === path.length) {
    const scalar = typeof value === 'number' || typeof value === 'boolean';
    return (scalar && check.written([...check.at, ...path])) || value;
  }
  if (!isObject(value)) return value;
  const step = path[depth]!;
  const typed = asTyped(value[step], path, check, depth + 1);
  if (typed === value[step]) return value;
  return Array.isArray(value) ? value.with(Number(step), typed) : { ...value, [step]: typed };
}

function complain(issue: Issue, value: unknown, check: Check): Complaint[] {
  const inner = issue.path as Path;
  const path = [...check.at, ...inner];
  const here = jsonAt(check.json, inner);
  if (issue.code === 'unrecognized_keys') return unknownKeys(issue.keys, path, here, check);
  const hint = describe(inner, check);
  if (issue.code === 'invalid_key') {
    const parent = pathLabel(path.slice(0, -1));
    const reason = issue.issues[0]?.message;
    const message = `${quoted(path.at(-1))} cannot be a key of ${parent}: ${reason}`;
    return [{ path, part: 'key', message, ...hint }];
  }
  const found = valueAt(value, inner);
  return [{ path, part: 'value', message: sentence(issue, path, found, here), ...hint }];
}

/** What the schema says of the value at `path`, or of the nearest thing above it. */
function describe(path: Path, check: Check): { hint?: string } {
  const docs = jsonAt(check.json, path).map(({ description }) => description);
  const doc = docs.find((text) => typeof text === 'string');
  if (doc) return { hint: `${pathLabel([...check.at, ...path])}: ${doc}` };
  return path.length ? describe(path.slice(0, -1), check) : {};
}

function unknownKeys(
  keys: readonly string[],
  path: Path,
  here: readonly JsonSchema[],
  { at, called, refused = {} }: Check,
): Complaint[] {
  const outermost = path.length === at.length;
  const known = here.flatMap(({ properties }) => Object.keys(properties ?? {}));
  const where = path.length ? ` in ${pathLabel(path)}` : '';
  const refusal = where ? `be set${where}` : 'stand at the top';
  const shown = known.slice(0, KEYS_SHOWN_MAX).join(', ');
  const rest = known.length > KEYS_SHOWN_MAX ? ` and ${known.length - KEYS_SHOWN_MAX} more` : '';
  const hint = `keys of ${outermost ? called : pathLabel(path)}: ${shown}${rest}`;
  return keys.map((key) => ({
    path: [...path, key],
    part: 'key',
    message:
      outermost && Object.hasOwn(refused, key)
        ? `${key} cannot ${refusal}: ${refused[key]}`
        : `unknown key ${quoted(key)}${where}${didYouMean(key, known)}`,
    hint,
  }));
}

function sentence(issue: Issue, path: Path, found: unknown, here: readonly JsonSchema[]): string {
  const label = pathLabel(path);
  const own = /^[a-z]/.test(issue.message) ? issue.message : undefined;
  const claims = own ?? `must be ${allowedBy(here)}`;
  if (found === undefined) return `${label} is missing: it ${claims}`;
  if (!claims.startsWith('must '))
    return isObject(found)
      ? `${label} ${claims}`
      : `${label} cannot be ${quoted(found)}: ${claims}`;
  const [claim, ...rest] = claims.split('; ');
  const glued = /a map/.test(claim!) && typeof found === 'string' && /^[\w-]+:\S/.test(found);
  if (glued) rest.push('a key wants a colon and a space behind it');
  return [`${label} ${claim}, ${butFound(found)}`, ...rest].join('; ');
}

function butFound(found: unknown): string {
  if (found === null) return 'but nothing is there';
  if (isMap(found)) return 'not a map';
  return isObject(found) ? 'not a list' : `not ${quoted(found)}`;
}

/** A place in words: `systems.etcd`; within a group or node only what is below it: `ports[0]`. */
export function pathLabel(path: Path): string {
  const steps = typeof path[2] === 'string' ? path.slice(2) : path;
  return steps
    .map((step, i) => (typeof step === 'number' ? `[${step}]` : i ? `.${step}` : step))
    .join('');
}

const SHOWN_MAX = 40;
const KEYS_SHOWN_MAX = 16;

/** A value as a sentence shows it: a text in quotes and not too long. */
export function quoted(value: unknown): string {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'a map';
  if (typeof value !== 'string') return String(value);
  return JSON.stringify(value.length > SHOWN_MAX ? `${value.slice(0, SHOWN_MAX)}...` : value);
}
