// A picture as SVG, without anything that draws for us: all nodes on a circle, by zone and group,
// with the edges inside of it and those from the host coming from outside.
import {
  isFromHost,
  type Line,
  linesOf,
  type Picture,
  type PictureEdge,
  type PictureNode,
} from './picture.ts';

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Around a point, where nothing else can be written. */
interface Area extends Point {
  readonly width: number;
  readonly height: number;
}

const BOX = { width: 112, height: 44 } as const;
/** Room outside of the circle, for boxes, zones and where the host dials. */
const MARGIN = { x: 140, y: 150 } as const;
/** Of a letter of the labels, with some to spare. */
const LETTER = 6.4;
const RADIUS_MIN = 150;
/** Along the circle, from node to node. */
const SPACE = 165;
const BEND = 22;
const LINE = 14;

/** Along a line: one label is best in the middle, those of two each nearer to where it begins. */
const PLACES_ONE = [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8];
const PLACES_TWO = [0.35, 0.45, 0.25, 0.55, 0.15, 0.65, 0.75];

const GREY = '#8a94a0';
const RED = '#c0392b';
/** Of groups and their roles, in turn: light enough for dark text. */
const FILLS = ['#dcebfa', '#e3f4de', '#fdecd2', '#efe3f8', '#fbe0e4', '#e0f3f3'];
const ZONE_FILL = '#5b6b7b';

export function toSvg(picture: Picture): string {
  const nodes = inOrder(picture.nodes);
  const radius =
    nodes.length < 2 ? 0 : Math.max(RADIUS_MIN, (nodes.length * SPACE) / (2 * Math.PI));
  const longest = Math.max(0, ...picture.edges.filter(isFromHost).map(labelWidth));
  const side = Math.max(MARGIN.x + longest, (picture.title.length * LETTER) / 2);
  const center = { x: radius + side, y: radius + MARGIN.y };
  const angles = new Map(
    nodes.map(({ name }, i) => [name, (2 * Math.PI * i) / nodes.length - Math.PI / 2]),
  );
  const at = (name: string, far = radius): Point => ({
    x: center.x + far * Math.cos(angles.get(name)!),
    y: center.y + far * Math.sin(angles.get(name)!),
  });
  const sorts = [...new Set(nodes.map(sortOf))];
  const lines = linesOf(picture);
  const taken: Area[] = nodes.map(({ name }) => ({ ...at(name), ...BOX }));
  const inside = lines.filter((line) => !isFromHost(line)).map((line) => inner(line, at, taken));
  const bands = zones(nodes, angles, radius, center);
  const [width, height] = [2 * center.x, 2 * center.y];
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${num(width)}" height="${num(height)}" ` +
      `viewBox="0 0 ${num(width)} ${num(height)}" font-family="sans-serif" font-size="12">`,
    `<title>${escaped(picture.title)}</title>`,
    `<rect width="100%" height="100%" fill="white"/>`,
    markers(),
    `<text x="16" y="26" font-size="15" font-weight="bold">${escaped(picture.title)}</text>`,
    ...bands.map(({ band }) => band),
    ...inside.map(({ path }) => path),
    ...lines.filter(isFromHost).map((line) => outer(line, at, radius)),
    ...bands.map(({ name }) => name),
    ...nodes.map((node) =>
      box(node, at(node.name), FILLS[sorts.indexOf(sortOf(node)) % FILLS.length]!),
    ),
    ...inside.map(({ label }) => label),
    '</svg>',
  ];
  return parts.join('\n');
}

const sortOf = ({ group, role = '' }: PictureNode): string => `${group} ${role}`;

/** By zone, then group, each as it first comes: neighbours stand side by side. */
function inOrder(nodes: readonly PictureNode[]): PictureNode[] {
  const zones = [...new Set(nodes.map(({ zone }) => zone))];
  const groups = [...new Set(nodes.map(({ group }) => group))];
  const place = ({ zone, group }: PictureNode) =>
    zones.indexOf(zone) * groups.length + groups.indexOf(group);
  return nodes.toSorted((a, b) => place(a) - place(b));
}

const markers = (): string =>
  `<defs>${Object.entries({ grey: GREY, red: RED })
    .map(
      ([id, fill]) =>
        `<marker id="${id}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" ` +
        `orient="auto-start-reverse"><path d="M0 0L8 4L0 8Z" fill="${fill}"/></marker>`,
    )
    .join('')}</defs>`;

/** A band behind the nodes of each zone, and its name. */
function zones(
  nodes: readonly PictureNode[],
  angles: ReadonlyMap<string, number>,
  radius: number,
  { x, y }: Point,
): { band: string; name: string }[] {
  const names = [...new Set(nodes.flatMap(({ zone }) => zone ?? []))];
  return names.map((zone) => {
    const own = nodes.filter((node) => node.zone === zone).map(({ name }) => angles.get(name)!);
    const [first, last] = [own[0]!, own.at(-1)!];
    const point = (angle: number, far: number) =>
      `${num(x + far * Math.cos(angle))} ${num(y + far * Math.sin(angle))}`;
    const large = last - first > Math.PI ? 1 : 0;
    // A band needs some length, also of one node.
    const round = `A${num(radius)} ${num(radius)} 0 ${large} 1`;
    const arc = `M${point(first, radius)}${round} ${point(last + 0.001, radius)}`;
    const [tx, ty] = point((first + last) / 2, radius - 78).split(' ');
    const halo = 'stroke="white" stroke-width="4" paint-order="stroke"';
    return {
      band:
        `<path d="${arc}" fill="none" stroke="${ZONE_FILL}" stroke-opacity="0.12" ` +
        'stroke-width="104" stroke-linecap="round"/>',
      name:
        `<text x="${tx}" y="${ty}" text-anchor="middle" fill="${ZONE_FILL}" ` +
        `font-style="italic" font-size="14" ${halo}>${escaped(zone)}</text>`,
    };
  });
}

/**
 * From box to box, bent to the right of its way, so that the way back is another line. Its label
 * takes the first place along it that is free.
 */
function inner(line: Line, at: (name: string) => Point, taken: Area[]) {
  const [a, b] = [at(line.from), at(line.to)];
  const length = Math.hypot(b.x - a.x, b.y - a.y) || 1;
  const bend = line.both ? 0 : BEND;
  const middle = {
    x: (a.x + b.x) / 2 - (bend * (b.y - a.y)) / length,
    y: (a.y + b.y) / 2 + (bend * (b.x - a.x)) / length,
  };
  const [start, end] = [border(a, middle), border(b, middle)];
  const path = `M${place(start)}Q${place(middle)} ${place(end)}`;
  const size = { width: line.label.length * LETTER, height: LINE };
  const places = (line.both ? PLACES_ONE : PLACES_TWO).map((t): Area => {
    const along = (a: number, b: number, c: number) =>
      (1 - t) ** 2 * a + 2 * t * (1 - t) * b + t ** 2 * c;
    const [x, y] = [along(start.x, middle.x, end.x), along(start.y, middle.y, end.y)];
    return { x, y, ...size };
  });
  const spot = places.find((area) => taken.every((other) => isApart(area, other))) ?? places[0]!;
  if (line.label) taken.push(spot);
  return { path: stroke(line, path), label: text(line, spot, 'middle') };
}

const isApart = (a: Area, b: Area): boolean =>
  Math.abs(a.x - b.x) >= (a.width + b.width) / 2 ||
  Math.abs(a.y - b.y) >= (a.height + b.height) / 2;

/** From outside to the box. */
function outer(line: Line, at: (name: string, far?: number) => Point, radius: number): string {
  const target = at(line.to);
  const from = radius ? at(line.to, radius + 96) : { x: target.x, y: target.y - 96 };
  const end = border(target, from);
  const path = `M${place(from)}L${place(end)}`;
  const side = Math.abs(from.x - target.x) < 30 ? 'middle' : from.x > target.x ? 'start' : 'end';
  const nudge = side === 'start' ? 6 : side === 'end' ? -6 : 0;
  const words = hostLabel(line);
  const above = from.y < target.y - 30 ? -6 - LINE * (words.length - 1) : 0;
  const below = from.y > target.y + 30 ? 14 : above || 4;
  return (
    stroke(line, path) +
    words
      .map((label, i) => {
        const y = from.y + (above || below) + i * LINE;
        return text({ ...line, label }, { x: from.x + nudge, y }, side);
      })
      .join('')
  );
}

/** `host`, where it is reached, and what is on the edge, below one another. */
const hostLabel = ({ label }: PictureEdge): string[] => `host ${label}`.trimEnd().split(', ');

const labelWidth = (edge: PictureEdge): number =>
  LETTER * Math.max(...hostLabel(edge).map(({ length }) => length));

/** Where the way from `center` of a box towards a point leaves it. */
function border(center: Point, towards: Point): Point {
  const [dx, dy] = [towards.x - center.x, towards.y - center.y];
  const scale = Math.min(
    BOX.width / 2 / Math.abs(dx || 1e-9),
    BOX.height / 2 / Math.abs(dy || 1e-9),
  );
  return { x: center.x + dx * Math.min(1, scale), y: center.y + dy * Math.min(1, scale) };
}

function stroke({ state, both }: Line, path: string): string {
  const [color, id] = state === 'open' ? [GREY, 'grey'] : [RED, 'red'];
  const dash = state === 'cut' || state === 'down' ? ' stroke-dasharray="5 4"' : '';
  const start = both ? ` marker-start="url(#${id})"` : '';
  return (
    `<path d="${path}" fill="none" stroke="${color}" stroke-width="1.6"${dash}${start} ` +
    `marker-end="url(#${id})"/>`
  );
}

function text({ label, state }: Line, { x, y }: Point, anchor: string): string {
  if (!label) return '';
  const fill = state === 'open' ? '#4a5560' : RED;
  return (
    `<text x="${num(x)}" y="${num(y)}" text-anchor="${anchor}" fill="${fill}" font-size="11" ` +
    `stroke="white" stroke-width="3" paint-order="stroke">${escaped(label)}</text>`
  );
}

function box({ name, note, sick }: PictureNode, { x, y }: Point, fill: string): string {
  const left = num(x - BOX.width / 2);
  const top = num(y - BOX.height / 2);
  const line = (words: string, dy: number, more: string) =>
    `<text x="${num(x)}" y="${num(y + dy)}" text-anchor="middle" ${more}>${escaped(words)}</text>`;
  return (
    `<rect x="${left}" y="${top}" width="${BOX.width}" height="${BOX.height}" rx="7" ` +
    `fill="${fill}" stroke="${sick ? RED : '#5b6b7b'}" stroke-width="${sick ? 2 : 1.2}"/>` +
    line(name, note ? -2 : 4, 'font-weight="bold"') +
    (note ? line(note, 14, `font-size="11" fill="${sick ? RED : '#4a5560'}"`) : '')
  );
}

const place = ({ x, y }: Point): string => `${num(x)} ${num(y)}`;

const num = (value: number): string => String(Math.round(value * 10) / 10);

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};
const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => ENTITIES[sign]!);
