// YAML text -> plain values, each of which can say where in the text it stands and how it was
// written there. What is odd in YAML (aliases, tags, tabs) ends here.
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Pair,
  parseDocument,
  type YAMLError,
  type Node as YamlNode,
} from 'yaml';

/** From the top of the document: keys of maps, places in lists. */
export type Path = readonly (string | number)[];

/** Offsets in the text. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

/** What keeps a text from being a value, and where. */
interface YamlProblem extends Place {
  /** One sentence, without the place. */
  readonly message: string;
}

export interface Document {
  readonly value: unknown;
  /** `value` means nothing unless this is empty. */
  readonly problems: readonly YamlProblem[];
  readonly root: YamlNode | null;
  /** Alias -> what it stands for. */
  readonly aliases: ReadonlyMap<YamlNode, YamlNode>;
}

/** Far more than a stack file needs; a bomb of aliases has billions. */
const VALUES_MAX = 20_000;
const DEPTH_MAX = 30;

/** Parses one YAML document. Never throws: what is wrong with it is in `problems`. */
export function parseYaml(text: string): Document {
  const parsed = parseDocument(text, { prettyErrors: false, logLevel: 'error' });
  const root = parsed.contents as YamlNode | null;
  const problems = [...parsed.errors, ...parsed.warnings].map((error) => explain(error, text));
  const aliases = new Map<YamlNode, YamlNode>();
  const value = problems.length ? undefined : toPlain(root, aliases, problems);
  return { value, problems, root, aliases };
}

function toPlain(
  root: YamlNode | null,
  aliases: Map<YamlNode, YamlNode>,
  problems: YamlProblem[],
): unknown {
  const anchors = new Map<string, YamlNode>();
  let values = 0;
  const refuse = (node: YamlNode, message: string) => {
    if (problems.length === 0) problems.push({ ...place(node), message });
    return null;
  };
  const plain = (node: YamlNode | null, depth: number): unknown => {
    if (!node || problems.length) return null;
    if (++values > VALUES_MAX) return refuse(node, `there are more than ${VALUES_MAX} values`);
    if (depth > DEPTH_MAX) return refuse(node, `values are nested more than ${DEPTH_MAX} deep`);
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (!target) return refuse(node, `there is no anchor &${node.source} above this alias`);
      aliases.set(node, target);
      return plain(target, depth + 1);
    }
    const { anchor } = node as { anchor?: string };
    if (anchor) anchors.set(anchor, node);
    if (isSeq<YamlNode>(node)) return node.items.map((item) => plain(item, depth + 1));
    if (isMap<YamlNode, YamlNode | null>(node))
      return Object.fromEntries(node.items.map((pair) => entry(pair, depth)));
    return isScalar(node) ? node.value : null;
  };
  const entry = ({ key, value }: Pair<YamlNode, YamlNode | null>, depth: number) => {
    if (!isScalar(key)) refuse(key, 'a key is one word, not a list or a map');
    return [keyText(key), plain(value, depth + 1)] as const;
  };
  return plain(root, 0);
}

const place = (node: YamlNode): Place => ({ start: node.range![0], end: node.range![1] });

const keyText = (key: unknown): string => (isScalar(key) ? String(key.source ?? key.value) : '');

function pairAt(document: Document, node: YamlNode | null, step: string | number) {
  const target = node && (document.aliases.get(node) ?? node);
  if (isSeq<YamlNode>(target)) return { key: undefined, value: target.items[Number(step)] };
  if (!isMap<YamlNode, YamlNode | null>(target)) return undefined;
  return target.items.find(({ key }) => keyText(key) === String(step));
}

/**
 * Where the value at `path` stands, or with `key` the word before its colon. What is not there
 * stands where the nearest thing above it has its key. undefined for the whole document.
 */
export function placeOf(document: Document, path: Path, part: 'key' | 'value'): Place | undefined {
  let node = document.root;
  let nearest: Place | undefined;
  for (const [index, step] of path.entries()) {
    const pair = pairAt(document, node, step);
    if (!pair) return nearest;
    const last = index === path.length - 1;
    const useKey = pair.key && (!last || part === 'key' || !isOnOneLine(pair.value));
    node = pair.value ?? null;
    nearest = useKey ? place(pair.key) : node ? place(node) : nearest;
  }
  return nearest;
}

/** False for what cannot be pointed at: nothing, and maps and lists that go on below their key. */
function isOnOneLine(node: YamlNode | null | undefined): node is YamlNode {
  if (!node?.range || node.range[0] === node.range[1]) return false;
  return isMap(node) || isSeq(node) ? node.flow === true : true;
}

/** A scalar as it was typed, `3.10` where the value is the number 3.1; undefined for all else. */
export function writtenAt(document: Document, path: Path): string | undefined {
  let node: YamlNode | null = document.root;
  for (const step of path) node = pairAt(document, node, step)?.value ?? null;
  const target = node && (document.aliases.get(node) ?? node);
  return isScalar(target) ? target.source : undefined;
}

/** The yaml package's reasons, for those who have not read its grammar. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/^All mapping items/, 'the indentation does not fit: the keys of a map begin in one column'],
  [
    /^Nested mappings/,
    'no key can stand here: check the indentation, or quote a text with ": " in it',
  ],
  [/^Implicit (map )?keys/, 'a key wants a colon and a space behind it, as in nodes: 3'],
  [/^Flow .* \}$/, 'a { is not closed'],
  [/^Flow .* \]$/, 'a [ is not closed'],
  [/^Missing closing/, 'a quote is not closed'],
  [/^Tabs are not/, 'a tab cannot indent; use spaces'],
  [/^Source contains/, 'a stack file is one YAML document; a second one begins here'],
  [/^Unresolved tag/, 'a tag such as !this means nothing here; quote a text that begins with !'],
  [/reserved character|indicator character/, 'a text that begins like this wants quotes'],
];

function explain({ code, message, pos }: YAMLError, text: string): YamlProblem {
  // At the end of the text, and in an indentation, there is nothing to point at; an open quote is
  // noticed at the end.
  const quote = /^Missing closing (["'])/.exec(message)?.[1];
  if (quote) pos = [text.lastIndexOf(quote, pos[0] - 1), 0];
  const last = Math.max(0, text.trimEnd().length - 1);
  const start = Math.min(pos[0] + / */y.exec(text.slice(pos[0]))![0].length, last);
  const word = /^[\w-]*/.exec(text.slice(start))![0];
  const end = Math.max(pos[1], start + Math.max(1, word.length));
  if (code === 'DUPLICATE_KEY') return { start, end, message: `the key ${word} is there twice` };
  const reason = REASONS.find(([pattern]) => pattern.test(message))?.[1];
  return { start, end, message: reason ?? `this is not YAML: ${message}` };
}
