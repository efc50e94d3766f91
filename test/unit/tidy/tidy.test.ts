// The house rules that a machine can hold. Each message is `path:line: what is wrong, what to do`.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { commandGroups } from '../../../src/cli/commands/index.ts';
import { toMan, toMarkdown } from '../../../src/cli/reference.ts';
import { doneOf, errorTable } from '../../../src/error-table.ts';
import { faultKinds } from '../../../src/faults/index.ts';
import { describeKinds } from '../../../src/lab/faults/faults.ts';
import { shapes } from '../../../src/shapes/index.ts';
import { systems } from '../../../src/systems/index.ts';

/** What stands before the kinds in docs/faults.md. */
const FAULTS_HEAD = `# Faults

Every kind of fault, as \`labctl fault kinds\` and \`labctl fault kinds KIND\` show it. A fault is set
on edges by \`labctl fault add KIND EDGE... [KEY=VALUE...]\` and removed by its id, by \`heal\`, or by
itself after \`--for\`.

- **Two directions.** An edge is who dials: \`etcd-1:etcd-2\` and \`etcd-2:etcd-1\` are two edges with two
  proxies. On an edge bytes go up, from the dialler to the listener, and down.
- **Narrowed by** the words of \`fault add\`: \`--direction up|down\`, \`--conns new|existing\`, \`--share
  10%\` (of connections, drawn once for each), a port (\`etcd-1:etcd-2:2380\`), \`--after 1MB\` (bytes of
  that direction of the connection). \`--after 5s\` and \`--for 30s\` go with every kind.
- **Several faults on one edge** compose in this order, whatever the order they were set in: gate (jam,
  blackhole, refuse, ...), corrupt, slice, latency, rate, limit.
- **Chance** follows from \`--seed\`, the edge and the number of the connection on it, counted from the
  setting of the fault, whatever the timing; \`fault add\` says the seed it drew in its JSON. The kernel's own chance (drop-prob, netem)
  has no seed.
- **Removing** a fault leaves the others as they are, and what was queued goes on, in order. Where bytes
  were lost (lossy kinds) the connection is reset, never resumed.
- **Tiers**: _stream_ works everywhere; _netns_ needs nft in the proxy's own network namespace; _netem_
  needs a kernel with sch_netem, which Docker Desktop and WSL often lack. \`labctl doctor\` says which
  tiers this engine has, and a fault that cannot work fails before anything is changed.
- **Units**: durations ns us ms s m h; sizes B KB MB GB (1000) KiB MiB GiB (1024); rates kbit mbit gbit
  or KB/s MB/s; shares 5% or 0.05. Timers tick about once per millisecond.`;

const root = fileURLToPath(new URL('../../..', import.meta.url));
const FILE_LINES_MAX = 300;
const LINE_COLUMNS_MAX = 100;

function files(dir: string, ending: RegExp): string[] {
  return readdirSync(join(root, dir), { recursive: true, encoding: 'utf8' })
    .map((path) => join(dir, path).replaceAll('\\', '/'))
    .filter((path) => ending.test(path) && !path.includes('node_modules'))
    .sort();
}

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const sources = files('src', /\.ts$/);
const tests = files('test', /\.ts$/);

/** `path:line: ...` of every line that `wrong` has a sentence for. */
function complaints(paths: readonly string[], wrong: (line: string) => string | undefined) {
  return paths.flatMap((path) =>
    read(path)
      .split('\n')
      .flatMap((line, i) => {
        const sentence = wrong(line);
        return sentence ? [`${path}:${i + 1}: ${sentence}`] : [];
      }),
  );
}

/** Who may import whom: a folder of src/ -> the folders it may take from, besides itself, errors.ts and package/. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  faults: [],
  shapes: [],
  wan: [],
  stack: [],
  systems: ['stack'],
  control: ['faults'],
  proxy: ['control', 'faults'],
  render: ['stack', 'systems'],
  docker: ['control', 'stack'],
  weave: ['stack'],
  graph: ['stack'],
  lab: [
    'control',
    'docker',
    'faults',
    'graph',
    'render',
    'shapes',
    'stack',
    'systems',
    'wan',
    'weave',
  ],
  api: ['faults', 'lab', 'shapes', 'stack'],
  cli: ['api', 'faults', 'lab', 'shapes', 'stack', 'wan', 'weave'],
};

test('imports go one way', () => {
  const wrong = sources.flatMap((path) => {
    const folder = path.split('/')[1]!;
    return [
      ...read(path).matchAll(/from '(\.{1,2}\/[^']+)'|import\('(\.{1,2}\/[^']+)'\)/g),
    ].flatMap(([, a, b]) => {
      const target = relative('.', join(dirname(path), (a ?? b)!)).replaceAll('\\', '/');
      const from = target.split('/')[1]!;
      const fine =
        from === folder || !from || /^((errors|error-table|index)\.ts|package)$/.test(from);
      const top = folder.endsWith('.ts');
      return fine || top || MAY_IMPORT[folder]?.includes(from)
        ? []
        : [`${path}: ${folder} may not import ${target}`];
    });
  });
  expect(wrong).toEqual([]);
});

test('the proxy image needs no packages: what goes into it imports node: built-ins only', () => {
  const wrong = sources
    .filter((path) => /^src\/(proxy|faults)\/|^src\/control\/protocol/.test(path))
    .flatMap((path) =>
      [...read(path).matchAll(/from '([^'.][^']*)'/g)]
        .filter(([, name]) => !name!.startsWith('node:'))
        .map(([, name]) => `${path}: imports ${name}`),
    );
  expect(wrong).toEqual([]);
});

test('each foreign package has its one place', () => {
  const places: Readonly<Record<string, RegExp>> = {
    dockerode: /^src\/docker\//,
    execa: /^src\/docker\//,
    handlebars: /^src\/render\//,
    'smol-toml': /^src\/stack\/toml\.ts/,
    commander: /^src\/cli\//,
    picocolors: /^src\/cli\//,
  };
  const wrong = sources.flatMap((path) =>
    [...read(path).matchAll(/^import (?!type )[^;]*? from '([a-z][a-z0-9-]*)'/gm)]
      .filter(([, name]) => places[name!] && !places[name!]!.test(path))
      .map(([, name]) => `${path}: only ${places[name!]} may import ${name}`),
  );
  expect(wrong).toEqual([]);
});

/** Files that are loaded with `entry`, and the packages that they load. */
function loadedBy(entry: string) {
  const seen = new Set<string>();
  const packages = new Set<string>();
  const visit = (path: string) => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const [, name] of read(path).matchAll(
      /^(?:import|export) (?!type )[^;]*?from '([^']+)'/gm,
    )) {
      if (name!.startsWith('.'))
        visit(relative('.', join(dirname(path), name!)).replaceAll('\\', '/'));
      else if (!name!.startsWith('node:')) packages.add(name!);
    }
  };
  visit(entry);
  return { files: [...seen], packages: [...packages].sort() };
}

test('labctl --help loads nothing heavy: main reaches only light modules statically', () => {
  const { files: seen, packages } = loadedBy('src/cli/main.ts');
  expect(packages).toEqual(['commander', 'picocolors']);
  expect(
    seen.filter(
      (path) =>
        !/^src\/(cli\/|error|faults\/|shapes\/|stack\/(units|quantities)|package\/)/.test(path),
    ),
  ).toEqual([]);
});

test('render loads nothing that talks to an engine: that is half the time of a process', () => {
  const { packages } = loadedBy('src/lab/render.ts');
  expect(packages).not.toContain('dockerode');
  expect(packages).not.toContain('execa');
});

test('files and lines stay short', () => {
  const long = sources
    .map((path) => [path, read(path).split('\n').length] as const)
    .filter(([, lines]) => lines > FILE_LINES_MAX)
    .map(([path, lines]) => `${path}: ${lines} lines, more than ${FILE_LINES_MAX}; split it`);
  expect(long).toEqual([]);
  const wide = complaints(sources, (line) =>
    line.length > LINE_COLUMNS_MAX
      ? `${line.length} columns, more than ${LINE_COLUMNS_MAX}`
      : undefined,
  );
  expect(wide).toEqual([]);
});

test('every source file begins with what it is for, and names say what is in it', () => {
  const silent = sources.filter((path) => !/^(#!.*\n)?(\/\/|import)/.test(read(path)));
  expect(silent).toEqual([]);
  const vague = sources.filter((path) =>
    /(manager|helper|handler|utils?|data|info)\.ts$/.test(path),
  );
  expect(vague).toEqual([]);
});

test('no default exports, no inheritance but for errors, no enums', () => {
  const wrong = complaints(sources, (line) => {
    if (/^export default/.test(line)) return 'default export; export by name';
    if (/^\s*(export )?(const )?enum /.test(line)) return 'enum; use a union of strings';
    const parent = /class \w+ extends (\w+)/.exec(line)?.[1];
    return parent && parent !== 'Error' ? `extends ${parent}; compose instead` : undefined;
  });
  expect(wrong).toEqual([]);
});

test('what is exported is used by another file, of src, test or bench', () => {
  const all = [...sources, ...tests, ...files('bench', /\.mjs$/), ...files('test', /\.mjs$/)];
  const words = all.map((path) => [path, new Set(read(path).match(/\w+/g))] as const);
  const unused = sources.flatMap((path) =>
    [...read(path).matchAll(/^export (?:async )?(?:const|function|class|interface|type) (\w+)/gm)]
      .filter(([, name]) => !words.some(([other, used]) => other !== path && used.has(name!)))
      .map(([, name]) => `${path}: ${name}`),
  );
  expect(unused).toEqual([]);
});

test('every file of a registry has its line in the map', () => {
  const named = (dir: string) =>
    files(dir, /\.ts$/)
      .filter((path) => dirname(path) === dir) // folders below hold the parts of one
      .map((path) => basename(path, '.ts'))
      .filter((name) => name !== 'index');
  const contract = new Set('fault draw netem seed modes shape sets ask-http kit'.split(' '));
  const registered = (dir: string) =>
    named(dir)
      .filter((name) => !contract.has(name))
      .sort();
  expect(registered('src/faults')).toEqual(Object.keys(faultKinds).sort());
  expect(registered('src/shapes')).toEqual(Object.keys(shapes).sort());
  // A system of several files is a folder that is called after it.
  const entries = readdirSync(join(root, 'src/systems')).map((name) => basename(name, '.ts'));
  const ofSystems = entries.filter((name) => name !== 'index' && !contract.has(name));
  expect([...new Set(ofSystems)].sort()).toEqual(Object.keys(systems).sort());
  const index = read('src/cli/commands/index.ts');
  for (const name of named('src/cli/commands')) expect(index).toContain(`'./${name}.ts'`);
  const commands = Object.values(commandGroups).flat();
  expect(new Set(commands.map(({ name }) => name)).size).toBe(commands.length);
});

test('every error code is thrown somewhere', () => {
  const others = sources.filter((path) => path !== 'src/error-table.ts');
  const text = others.map(read).join('\n');
  expect(Object.keys(errorTable).filter((code) => !text.includes(`'${code}'`))).toEqual([]);
});

test('docs/errors.md is the error table (vitest -u writes it)', async () => {
  const sections = Object.entries(errorTable).map(
    ([code, row]) =>
      `## ${code}\n\nExit status ${row.exit}. ${row.meaning}\n\n${row.remedy}\n\n${doneOf(row)}\n`,
  );
  const head =
    '# Errors\n\nEvery error that labctl reports, by the code in parentheses behind its message. ' +
    '`labctl explain CODE` prints the same.\n';
  await expect([head, ...sections].join('\n')).toMatchFileSnapshot(join(root, 'docs/errors.md'));
});

test('docs/faults.md is made of the fault kinds (vitest -u writes it)', async () => {
  const cell = (text: string) => text.replaceAll('|', '\\|');
  const sections = describeKinds().map(({ kind, tier, summary, doc, example, ...more }) => {
    const rows = more.params.map(
      ({ name, values, default: value, required, doc: what }) =>
        `| \`${name}\` | ${cell(values)} | ${required ? 'required' : (value ?? '')} | ${cell(what)} |`,
    );
    const head = ['| parameter | values | default | what |', '| --- | --- | --- | --- |'];
    const flags = [
      `Tier: ${tier}.`,
      ...(more.cuts ? ['A mode of `partition`.'] : []),
      ...(more.lossy ? ['Lossy.'] : []),
      `Narrowed by: ${more.scopes.join(', ') || 'nothing'}.`,
    ];
    const parts = [`## ${kind}`, `In short: ${summary}.`, doc, flags.join(' ')];
    if (rows.length) parts.push([...head, ...rows].join('\n'));
    return [...parts, `\`${example}\``].join('\n\n');
  });
  const text = `${[FAULTS_HEAD, ...sections].join('\n\n')}\n`;
  await expect(text).toMatchFileSnapshot(join(root, 'docs/faults.md'));
});

test('docs/cli.md has the reference, and man/labctl.1 is made, of the commands (vitest -u writes)', async () => {
  const mark = '<!-- made of the command map: vitest -u writes it -->';
  const [head] = read('docs/cli.md').split(mark);
  const text = `${head}${mark}\n\n${toMarkdown()}\n`;
  await expect(text).toMatchFileSnapshot(join(root, 'docs/cli.md'));
  const { version } = JSON.parse(read('package.json')) as { version: string };
  await expect(toMan(version)).toMatchFileSnapshot(join(root, 'man/labctl.1'));
});

test('every document has one title, and every relative link leads somewhere', () => {
  const documents = [...files('docs', /\.md$/), 'README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'];
  for (const path of documents) {
    const prose = read(path).replace(/```[\s\S]*?```/g, '');
    expect(prose.match(/^# /gm)?.length, path).toBe(1);
    for (const [, link] of prose.matchAll(/\]\((?!https?:|#)([^)#]+)/g))
      expect(existsSync(join(root, dirname(path), link!)), `${path} -> ${link}`).toBe(true);
  }
});

test('no test is skipped, focused or put off', () => {
  const banned = new RegExp(
    ['only', 'skip', 'todo', 'skipIf', 'runIf'].map((w) => `\\.${w}\\(`).join('|'),
  );
  expect(
    complaints(tests, (line) => (banned.test(line) ? 'a test that may not run' : undefined)),
  ).toEqual([]);
});

test('the lock file names no download address', () => {
  expect(read('package-lock.json')).not.toContain('"resolved"');
});
