// From what the user asked for to a shape and its cuts: which shape, and what words stand for.
import { LabError } from '../../errors.ts';
import { type ShapeName, shapes } from '../../shapes/index.ts';
import { majority, shuffle } from '../../shapes/sets.ts';
import type { Cut, Shape, ShapeFlag, Side } from '../../shapes/shape.ts';
import { HOST, isCustom } from '../../stack/model.ts';
import type { Session } from '../session.ts';
import { findAll, type Lookup } from './addresses.ts';

type Camel<Name extends string> = Name extends `${infer A}-${infer B}`
  ? `${A}${Capitalize<Camel<B>>}`
  : Name;
type FlagName = Exclude<ShapeName, 'split'> | 'from' | 'leader-in' | 'keep-majority';

/** Flags as the command line has them: `{ isolate: 'leader' }`, `{ ring: true }`. */
export type FlagOptions = {
  readonly [Name in FlagName as Camel<Name>]?: string | number | boolean;
};

export interface ShapeOptions extends FlagOptions {
  /** Instead of a shape's flag: lists of words for nodes; nodes in none are one more side. */
  readonly sides?: readonly Side[];
  /** What shapes are made of; without it all nodes but the user's own containers. */
  readonly among?: string;
}

/** A flag that was given: its word is not resolved yet. */
interface GivenFlag {
  readonly name: string;
  readonly takes: ShapeFlag['takes'];
  readonly word: string;
}

interface Chosen {
  readonly shape: Shape;
  readonly flags: readonly GivenFlag[];
  readonly sides: readonly Side[];
  readonly requested: string;
}

const SWITCH: ShapeFlag = { takes: 'switch' };

const camel = (name: string): string => name.replace(/-(.)/g, (_, c: string) => c.toUpperCase());

const invalid = (text: string, hint?: string): LabError =>
  new LabError('partition-invalid', text, { hint });

/** Every flag of every shape with the shape it belongs to. */
const allFlags = Object.entries(shapes as Readonly<Record<string, Shape>>).flatMap(
  ([owner, { flag = SWITCH, flags = {} }]) =>
    Object.entries({ ...(owner === 'split' ? {} : { [owner]: flag }), ...flags }).map(
      ([name, spec]) => ({ owner, name, spec }),
    ),
);

/** The names of all flags, as options have them. */
export const flagNames = allFlags.map(({ name }) => camel(name));

/** The one shape that the options ask for. Throws partition-invalid. */
export function chooseShape(options: ShapeOptions): Chosen {
  const { sides = [] } = options;
  const given = allFlags.flatMap(({ owner, name, spec }) => {
    const value = options[camel(name) as keyof FlagOptions];
    return value === undefined || value === false ? [] : [{ owner, name, spec, value }];
  });
  const named = given.filter(({ owner, name }) => owner === name).map(({ name }) => `--${name}`);
  if (named.length + Number(sides.length > 0) > 1)
    throw invalid(
      `${[...named, ...(sides.length ? ['sides'] : [])].join(' and ')} exclude each other`,
      'one partition has one shape; a second partition is laid over the first',
    );
  if (!named.length && !sides.length)
    throw invalid('no side is given', 'labctl partition etcd-1, or a shape: see partition --help');
  const shape = (named[0]?.slice(2) ?? 'split') as ShapeName;
  const stray = given.find(({ owner }) => owner !== shape);
  if (stray) throw invalid(`--${stray.name} goes with --${stray.owner}`);
  const flags = given.map(({ name, spec, value }) => ({
    name,
    takes: spec.takes,
    word: readWord(name, spec, value),
  }));
  const words = flags.map(({ name, word }) => `${name} ${word}`.trim());
  const requested = sides.map((side) => side.join(',')).join(' | ') || words.join(' ');
  return { shape: shapes[shape], flags, sides, requested };
}

function readWord(name: string, { takes, preset }: ShapeFlag, value: string | number | true) {
  if (takes === 'switch') return '';
  const word = value === true ? preset : String(value);
  if (word === undefined) throw invalid(`--${name} needs a value`);
  if (Array.isArray(takes) && !takes.includes(word))
    throw invalid(`--${name} is ${takes.join(' or ')}, not "${word}"`);
  return word;
}

/**
 * The cuts of the shape between the nodes there are; `host` is one of these where its edges may be
 * cut. Throws partition-invalid, node-unknown, leader-unknown.
 */
export async function cutsOf(
  { model }: Session,
  { shape, flags: given, sides }: Chosen,
  lookup: Lookup,
  random: () => number,
  { among, withHost }: { readonly among?: string | undefined; readonly withHost: boolean },
): Promise<readonly Cut[]> {
  const custom = model.nodes.filter(isCustom).map(({ name }) => name);
  const systems = model.nodes.map(({ name }) => name).filter((name) => !custom.includes(name));
  const members = among === undefined ? systems : await findAll(lookup, among);
  const others = among === undefined ? [...custom, ...(withHost ? [HOST] : [])] : [];
  const flags: Record<string, readonly string[]> = {};
  for (const { name, takes, word } of given)
    flags[name] =
      takes === 'nodes'
        ? await findAll(lookup, word)
        : takes === 'picks' || takes === 'pick'
          ? await pickAll(lookup, word, members, random)
          : [word];
  const nodes = shape.asksLeader?.(flags) ? await lookup.asked() : model.nodes;
  const found: Side[] = [];
  for (const side of sides) found.push(await findAll(lookup, side.join(',')));
  return shape.cuts({
    nodes: nodes.filter(({ name }) => members.includes(name)),
    others,
    sides: found,
    flags,
    random,
  });
}

/**
 * For each word one node: drawn where it stands for several, of those that no word before it took.
 * `random` stands for every member, `quorum` gives a majority of them, `all` the rest.
 */
async function pickAll(
  lookup: Lookup,
  words: string,
  members: readonly string[],
  random: () => number,
): Promise<readonly string[]> {
  const picked: string[] = [];
  for (const word of words.split(',').filter(Boolean)) {
    const isSpecial = ['random', 'quorum', 'all'].includes(word);
    const found = isSpecial ? members : await lookup.find(word);
    const left = found.filter((name) => found.length === 1 || !picked.includes(name));
    const count = word === 'all' ? left.length : word === 'quorum' ? majority(members.length) : 1;
    const drawn = count < left.length ? shuffle(left, random).slice(0, count) : left;
    if (!drawn.length) throw invalid(`nobody is left to be ${word} in ${words}`);
    if (found.length > 1) lookup.resolved[word] = drawn.join(',');
    picked.push(...drawn);
  }
  return picked;
}
