// The parameters of faults: from words of the user or values of a caller to what a proxy takes, and
// back to words.
import { LabError } from '../../errors.ts';
import type { FaultKind, FaultParams, Param } from '../../faults/fault.ts';
import { faultKinds } from '../../faults/index.ts';
import { didYouMean } from '../../stack/names.ts';
import {
  formatRate,
  formatShare,
  formatSize,
  parseCount,
  parseRate,
  parseShare,
  parseSize,
  type Quantity,
} from '../../stack/quantities.ts';
import { formatDuration, parseDuration } from '../../stack/units.ts';

type Value = FaultParams[string];

interface ParamType {
  /** What `fault kinds` shows for a value that must be given. */
  readonly sample: string;
  parse(text: string): Quantity;
  format(value: number): string;
}

const types: Readonly<Record<Exclude<Param['type'], 'choice' | 'flag'>, ParamType>> = {
  duration: {
    sample: 'DURATION',
    parse(text) {
      const parsed = parseDuration(text);
      return 'ms' in parsed ? { value: parsed.ms } : parsed;
    },
    format: formatDuration,
  },
  size: { sample: 'SIZE', parse: parseSize, format: formatSize },
  rate: { sample: 'RATE', parse: parseRate, format: formatRate },
  share: { sample: 'SHARE', parse: parseShare, format: formatShare },
  count: { sample: 'COUNT', parse: parseCount, format: String },
};

const FLAGS: Readonly<Record<string, boolean>> = { true: true, false: false };

/** The kind of that name. Throws fault-invalid with the nearest name and all names. */
export function findKind(name: string): FaultKind {
  if (Object.hasOwn(faultKinds, name)) return faultKinds[name]!;
  const names = Object.keys(faultKinds);
  const meant = didYouMean(name, names);
  throw new LabError('fault-invalid', `there is no fault "${name}"${meant}`, {
    hint: `kinds: ${names.join(', ')}`,
  });
}

/** `KEY=VALUE` words -> all parameters of the kind, defaults too. Throws fault-invalid. */
export function readParams(kind: string, words: readonly string[]): FaultParams {
  const { params: specs } = findKind(kind);
  const given: Record<string, Value> = {};
  for (const word of words) {
    const [key = '', text = ''] = word.split(/=(.*)/s);
    if (!Object.hasOwn(specs, key) || !word.includes('=')) throw noParam(kind, word, key);
    given[key] = readParam(kind, key, text);
  }
  return completeParams(kind, given);
}

/** Values of a caller -> all parameters, with defaults, of their types. Throws fault-invalid. */
export function completeParams(kind: string, given: FaultParams): FaultParams {
  const { params: specs, check } = findKind(kind);
  const params: Record<string, Value> = {};
  for (const key of Object.keys(given)) if (!Object.hasOwn(specs, key)) throw noParam(kind, key);
  for (const [key, spec] of Object.entries(specs)) {
    const value = given[key] ?? spec.default;
    if (value !== undefined) params[key] = checkParam(key, spec, value);
    else if (!spec.optional)
      throw new LabError('fault-invalid', `${kind} needs ${key}=..., ${spec.doc}`, usage(kind));
  }
  const problem = check?.(params);
  if (problem) throw new LabError('fault-invalid', `${kind}: ${problem}`, usage(kind));
  return params;
}

function readParam(kind: string, key: string, text: string): Value {
  const spec = findKind(kind).params[key]!;
  if (spec.type === 'choice') return text;
  if (spec.type === 'flag') return FLAGS[text] ?? text;
  const read = types[spec.type].parse(text);
  if ('value' in read) return read.value;
  throw new LabError('fault-invalid', `${key}: ${text} ${read.problem}`, usage(kind));
}

function checkParam(key: string, spec: Param, value: Value): Value {
  const allowed =
    spec.type === 'choice'
      ? spec.choices!.includes(String(value)) || spec.choices!.join(', ')
      : spec.type === 'flag'
        ? typeof value === 'boolean' || 'true, false'
        : isQuantity(spec.type, value) || `a number: ${types[spec.type].sample.toLowerCase()}`;
  if (allowed === true) return value;
  throw new LabError('fault-invalid', `${key}: ${JSON.stringify(value)} is not possible`, {
    hint: `${key} is one of: ${allowed}`,
  });
}

function isQuantity(type: Param['type'], value: Value): boolean {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) return false;
  if (type === 'share') return value <= 1;
  return type !== 'count' || (Number.isInteger(value) && value > 0);
}

function noParam(kind: string, word: string, key = word): LabError {
  const names = Object.keys(findKind(kind).params);
  const meant = didYouMean(key, names);
  return new LabError('fault-invalid', `"${word}" is no parameter of ${kind}${meant}`, usage(kind));
}

/** How the kind is written, for hints: `labctl fault add latency EDGE delay=100ms`. */
function usage(kind: string): { hint: string } {
  const names = Object.keys(findKind(kind).params);
  const which = names.length ? `parameters of ${kind}: ${names.join(', ')}` : `${kind} takes none`;
  return { hint: `${which}; labctl fault kinds ${kind}` };
}

/** A value as the user would write it: `100ms`, `64KiB`, `5%`. */
export function formatParam({ type }: Param, value: Value): string {
  return type === 'choice' || type === 'flag' ? String(value) : types[type].format(Number(value));
}

/** Parameters as words, those that are at their default left out. */
export function formatParams(kind: string, params: FaultParams): string {
  const specs = faultKinds[kind]?.params ?? {};
  return Object.entries(params)
    .filter(([key, value]) => specs[key] && specs[key].default !== value)
    .map(([key, value]) => `${key}=${formatParam(specs[key]!, value)}`)
    .join(' ');
}

/** What may be given for a parameter: `DURATION`, `flip|zero|random`. */
export const paramSample = ({ type, choices }: Param): string =>
  type === 'choice' ? choices!.join('|') : type === 'flag' ? 'true|false' : types[type].sample;
