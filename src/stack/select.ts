// Words for nodes whose bearers are known without asking anybody: on the command line, and in the
// links of a stack file.
import type { Node } from './model.ts';

/** What a word can speak of. `leader` is there when the nodes were asked. */
export type Named = Pick<Node, 'name' | 'group' | 'role' | 'zone'> & {
  readonly leader?: boolean | null;
};

const isGlob = (word: string): boolean => /[*?]/.test(word);

/**
 * Names of the nodes that a word stands for: `@zone`, a glob, or a node, a group or a role that is
 * theirs for good, the first of these three that finds any.
 */
export function selectNodes(word: string, nodes: readonly Named[]): readonly string[] {
  const where = (test: (node: Named) => boolean) => nodes.filter(test).map(({ name }) => name);
  if (word.startsWith('@')) return where(({ zone }) => zone === word.slice(1));
  if (isGlob(word)) {
    const pattern = globPattern(word);
    return where(({ name }) => pattern.test(name));
  }
  const ways = [
    where(({ name }) => name === word),
    where(({ group, role }) => group === word && role === word), // as tidb among pd and tikv
    where(({ group }) => group === word),
    where(({ role }) => role === word),
  ];
  return ways.find(({ length }) => length) ?? [];
}

function globPattern(glob: string): RegExp {
  const escaped = glob.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`);
}
