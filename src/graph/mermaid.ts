// A picture as Mermaid text, which GitHub and many editors draw: boxes for zones and groups, faults
// in red on the edges.
import { HOST } from '../stack/model.ts';
import { type Line, linesOf, type Picture, type PictureNode } from './picture.ts';

const RED = 'stroke:#c0392b,stroke-width:2px,color:#c0392b';

export function toMermaid(picture: Picture): string {
  const { nodes, title } = picture;
  const lines = linesOf(picture);
  const ids = new Map([HOST, ...nodes.map(({ name }) => name)].map((name, i) => [name, `n${i}`]));
  const faulty = lines.flatMap(({ state }, i) => (state === 'open' ? [] : [i]));
  const sick = nodes.filter((node) => node.sick).map(({ name }) => ids.get(name));
  const boxes = new Map<string, PictureNode[]>();
  for (const node of nodes) {
    const box = [...(node.zone === undefined ? [] : [`zone ${node.zone}`]), boxOf(node)].join(': ');
    boxes.set(box, [...(boxes.get(box) ?? []), node]);
  }
  return [
    '---',
    `title: ${JSON.stringify(title)}`,
    '---',
    'flowchart LR',
    ...(lines.some(({ from }) => from === HOST) ? [`  ${ids.get(HOST)}([your machine])`] : []),
    ...[...boxes].flatMap(([box, inside], i) => [
      `  subgraph b${i} [${quoted(box)}]`,
      ...inside.map((node) => `    ${ids.get(node.name)}[${quoted(textOf(node))}]`),
      '  end',
    ]),
    ...lines.map((line) => `  ${lineOf(line, ids)}`),
    ...(faulty.length ? [`  linkStyle ${faulty.join(',')} ${RED}`] : []),
    ...(sick.length ? [`  classDef sick stroke:#c0392b,stroke-width:2px`] : []),
    ...(sick.length ? [`  class ${sick.join(',')} sick`] : []),
  ].join('\n');
}

const boxOf = ({ group, system, name }: PictureNode): string =>
  group === name ? system : group === system ? group : `${group} (${system})`;

const textOf = ({ name, note }: PictureNode): string => (note ? `${name}<br/>${note}` : name);

function lineOf({ from, to, state, label, both }: Line, ids: ReadonlyMap<string, string>): string {
  const text = label ? `|${quoted(label)}|` : '';
  const stroke = state === 'open' ? '--' : '-.-';
  const arrow = state === 'open' ? `${both ? '<' : ''}-->` : `${both ? '<' : ''}${stroke}>`;
  return `${ids.get(from)} ${arrow}${text} ${ids.get(to)}`;
}

/** Mermaid's own way to write a quote in a text. */
const quoted = (text: string): string => `"${text.replaceAll('"', '#quot;')}"`;
