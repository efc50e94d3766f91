// The names of labs and nodes, and which known word an unknown one was meant to be.
import { HOST } from './model.ts';

const LENGTH_MAX = 40;
const OWN_MACHINE = [HOST, 'localhost'];

/** JSON Schema patterns of the same rules (the reserved words excepted). */
export const LAB_NAME = '^(?!.*--)[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$';
export const NODE_NAME = '^(?!.*--)[a-z]([a-z0-9-]{0,38}[a-z0-9])?$';

/**
 * Why `name` cannot be a lab's name, as the end of a sentence that begins with the name
 * (`has a "/" in it; ...`); undefined when it can. Such a name is a compose project's name too.
 */
export function labNameProblem(name: string): string | undefined {
  return commonProblem(name);
}

/**
 * The same for a node or a group of nodes. Such a name is a DNS label, so it begins with a letter
 * (`12` would be an address), and it is not what a machine calls itself.
 */
export function nodeNameProblem(name: string): string | undefined {
  const problem = commonProblem(name);
  if (problem) return problem;
  if (/^\d/.test(name)) return 'begins with a digit; the name of a node begins with a letter';
  if (OWN_MACHINE.includes(name)) return 'stands for your own machine';
  return undefined;
}

function commonProblem(name: string): string | undefined {
  const strange = /[^a-z0-9-]/u.exec(name)?.[0];
  if (name === '') return 'is empty';
  if (strange !== undefined)
    return `has ${spoken(strange)} in it; a name is made of a-z, 0-9 and single hyphens`;
  if (name.length > LENGTH_MAX)
    return `has ${name.length} characters; a name has ${LENGTH_MAX} at most`;
  if (name.includes('--')) return 'has two hyphens in a row; a name has single ones only';
  const edge = name.startsWith('-') ? 'begins' : name.endsWith('-') ? 'ends' : undefined;
  if (edge) return `${edge} with a hyphen; a name has them in the middle only`;
  return undefined;
}

const spoken = (char: string): string =>
  char === ' ' ? 'a space' : /[A-Z]/.test(char) ? `a capital ${char}` : JSON.stringify(char);

/** Any text as a lab's name: `My Stuff` gives `my-stuff`; `lab` where nothing is left of it. */
export function toLabName(text: string): string {
  const words = text.toLowerCase().split(/[^a-z0-9]+/);
  const name = words.filter(Boolean).join('-').slice(0, LENGTH_MAX);
  return name.replace(/-$/, '') || 'lab';
}

/**
 * The candidate that `word` most likely was meant to be, or undefined: at most 2 edits away (1 in a
 * short word), or the only one that it begins. Case and `-` against `_` cost nothing. Another
 * number is not a slip: `etcd-4` is not meant to be `etcd-1`.
 */
export function near(word: string, candidates: Iterable<string>): string | undefined {
  const plain = (text: string) => text.toLowerCase().replaceAll('_', '-');
  const letters = (text: string) => text.replace(/\d+/g, '');
  const known = [...candidates].filter((name) => name === word || letters(name) !== letters(word));
  const ranked = known
    .map((name) => ({ name, edits: countEdits(plain(word), plain(name)) }))
    .filter(({ name, edits }) => edits <= (Math.min(word.length, name.length) < 5 ? 1 : 2))
    .sort((a, b) => a.edits - b.edits);
  if (ranked[0] && word.length > 1) return ranked[0].name;
  const begun = known.filter((name) => word.length > 2 && plain(name).startsWith(plain(word)));
  return begun.length === 1 ? begun[0] : undefined;
}

/** Letters added, left out, changed or swapped with their neighbour (optimal string alignment). */
function countEdits(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const [row, above] = [[i], rows[i - 1]!];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped = same && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = swapped ? rows[i - 2]![j - 2]! + 1 : Number.POSITIVE_INFINITY;
      row.push(Math.min(above[j]! + 1, row[j - 1]! + 1, above[j - 1]! + same, swap));
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}

/** `; did you mean "name"?`, or nothing. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const candidate = near(word, candidates);
  return candidate === undefined ? '' : `; did you mean "${candidate}"?`;
}
