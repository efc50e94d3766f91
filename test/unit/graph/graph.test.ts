// Pictures of labs as Mermaid text and as SVG.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toMermaid } from '../../../src/graph/mermaid.ts';
import { linesOf, type Picture } from '../../../src/graph/picture.ts';
import { toSvg } from '../../../src/graph/svg.ts';

const open = { state: 'open', label: '' } as const;

const picture: Picture = {
  title: 'demo: "etcd-1" has no quorum',
  nodes: [
    { name: 'etcd-1', group: 'etcd', system: 'etcd', zone: 'eu', note: 'no quorum', sick: true },
    { name: 'etcd-2', group: 'etcd', system: 'etcd', zone: 'us', note: 'leader' },
    { name: 'meta-1', group: 'meta', system: 'etcd' },
    { name: 'app', group: 'app', system: 'custom' },
  ],
  edges: [
    { from: 'etcd-1', to: 'etcd-2', state: 'cut', label: 'drop (p1)' },
    { from: 'etcd-2', to: 'etcd-1', ...open },
    { from: 'app', to: 'meta-1', ...open },
    { from: 'meta-1', to: 'app', ...open },
    { from: 'host', to: 'app', state: 'open', label: '127.0.0.1:8080' },
  ],
};

test('two edges that nothing tells apart are one line', () => {
  expect(linesOf(picture).map(({ from, to, both }) => `${from} ${to} ${both}`)).toEqual([
    'etcd-1 etcd-2 false',
    'etcd-2 etcd-1 false',
    'app meta-1 true',
    'host app false',
  ]);
});

test('Mermaid: boxes by zone and group, faults in red', () => {
  expect(toMermaid(picture)).toMatchInlineSnapshot(`
    "---
    title: "demo: \\"etcd-1\\" has no quorum"
    ---
    flowchart LR
      n0([your machine])
      subgraph b0 ["zone eu: etcd"]
        n1["etcd-1<br/>no quorum"]
      end
      subgraph b1 ["zone us: etcd"]
        n2["etcd-2<br/>leader"]
      end
      subgraph b2 ["meta (etcd)"]
        n3["meta-1"]
      end
      subgraph b3 ["custom"]
        n4["app"]
      end
      n1 -.->|"drop (p1)"| n2
      n2 --> n1
      n4 <--> n3
      n0 -->|"127.0.0.1:8080"| n4
      linkStyle 0 stroke:#c0392b,stroke-width:2px,color:#c0392b
      classDef sick stroke:#c0392b,stroke-width:2px
      class n1 sick"
  `);
});

test('SVG: all nodes and labels, with signs escaped', () => {
  const svg = toSvg(picture);
  expect(svg).toContain('demo: &quot;etcd-1&quot; has no quorum');
  for (const word of ['etcd-1', 'app', 'no quorum', 'drop (p1)', 'eu', 'host 127.0.0.1:8080'])
    expect(svg).toContain(`>${word}<`);
  expect(svg.match(/stroke-dasharray/g)).toHaveLength(1);
});

test('any lab has a picture within its frame: numbers everywhere, and no node outside', () => {
  const name = fc.integer({ min: 1, max: 40 });
  fc.assert(
    fc.property(name, fc.array(fc.tuple(name, name), { maxLength: 60 }), (count, pairs) => {
      const nodes = Array.from({ length: count }, (_, i) => {
        const zone = i % 3 ? `z${i % 3}` : undefined;
        return { name: `n-${i + 1}`, group: `g${i % 4}`, system: 'etcd', zone };
      });
      const edges = pairs
        .filter(([a, b]) => a !== b && a <= count && b <= count)
        .map(([a, b]) => ({ from: a === 1 ? 'host' : `n-${a}`, to: `n-${b}`, ...open }));
      const svg = toSvg({ title: 'x', nodes, edges });
      expect(svg).not.toMatch(/NaN|Infinity|undefined/);
      const [, width, height] = /width="([\d.]+)" height="([\d.]+)"/.exec(svg)!.map(Number);
      for (const [, x, y] of svg.matchAll(/<text x="([-\d.]+)" y="([-\d.]+)"/g)) {
        expect(Number(x) > 0 && Number(x) < width!).toBe(true);
        expect(Number(y) > 0 && Number(y) < height!).toBe(true);
      }
      expect(svg.match(/<rect /g)).toHaveLength(count + 1);
    }),
  );
});

test('SVG: a label on an edge is written beside the boxes; roles have colours of their own', () => {
  const nodes = ['a', 'b', 'c', 'd', 'e', 'f'].map((name, i) => {
    return { name, group: 'g', role: i < 3 ? 'pd' : 'tikv', system: 'tidb' };
  });
  const edges: Picture['edges'] = [{ from: 'a', to: 'e', state: 'faulty', label: 'latency (f1)' }];
  const svg = toSvg({ title: '', nodes, edges });
  const [, x, y] = /<text x="([\d.]+)" y="([\d.]+)"[^>]*>latency/.exec(svg)!.map(Number);
  const boxes = [...svg.matchAll(/<rect x="([\d.]+)" y="([\d.]+)" width="112" height="44"/g)];
  expect(boxes).toHaveLength(6);
  for (const [, left, top] of boxes.map((box) => box.map(Number)))
    expect(x! + 35 < left! || x! - 35 > left! + 112 || y! < top! || y! - 11 > top! + 44).toBe(true);
  expect(new Set(svg.match(/rx="7" fill="#\w+"/g)).size).toBe(2);
});
