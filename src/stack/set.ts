// `--set KEY=VALUE`: values of a stack file that are given on the command line. VALUE is YAML (`5`,
// `{snapshot-count: 100}`). KEY is one of
//
//   name       the lab's name
//   zones      the zones; zones.NAME one of them
//   monitor    whether Prometheus and Grafana stand beside the lab
//   NAME.KEY   NAME being a group or node of the file: etcd.nodes, app.image
//   KEY        a key of the only group: nodes, version, flags.snapshot-count
//
// `--ROLE.KEY VALUE`, as `--tikv.count 3`, comes here as the word `--tikv.count=3`: a key of the
// one group whose system has that role, whatever the group is called.
import { type Complaint, pathLabel, quoted } from './check.ts';
import { type Document, type Path, parseYaml } from './document.ts';
import { isMap, type JsonSchema, toJson, valueAt, withValueAt } from './json.ts';
import type { System } from './model.ts';
import { didYouMean } from './names.ts';
import type { Problem } from './problems.ts';

type Systems = Readonly<Record<string, System>>;

/** A `--set` that has found its place. What is wrong at or below `path` is the flag's doing. */
interface Override {
  readonly path: Path;
  /** As typed: `--set nodes=5`. */
  readonly flag: string;
  readonly document: Document;
}

const QUOTES = 'VALUE is YAML; a text with signs in it wants quotes: --set \'KEY="a: b"\'';

/** `stack`, the plain value of a file, with the overrides in it; and those that make no sense. */
export function applyOverrides(stack: unknown, words: readonly string[], systems: Systems) {
  const applied: Override[] = [];
  const problems: Problem[] = [];
  let value = stack;
  for (const word of words) {
    const isRole = /^--[a-z][a-z0-9-]*\./.test(word);
    const at = isRole ? word.replace('=', ' ') : `--set ${word}`;
    const [, key, text] = /^(?:--)?([^=]+)=(.*)$/s.exec(word) ?? [];
    if (key === undefined) {
      problems.push({ at, message: 'write it as KEY=VALUE', hint: 'for example: --set nodes=5' });
      continue;
    }
    const document = parseYaml(text!);
    const place = (isRole ? findRole : findPlace)(key.split('.'), value, systems);
    if (document.problems[0])
      problems.push({ at, message: document.problems[0].message, hint: QUOTES });
    else if ('message' in place) problems.push({ at, ...place });
    else if (textAbove(value, place)) {
      const message = `${pathLabel(textAbove(value, place)!)} is a text, which has no keys to set`;
      problems.push({
        at,
        message,
        hint: 'set all of it; of a file: write what is to change there',
      });
    } else {
      value = withValueAt(value, place, document.value);
      applied.push({ path: place, flag: at, document });
    }
  }
  return { value, applied, problems };
}

/** The override that the value at `path` comes from, if any: of several the last. */
export function overrideOf(overrides: readonly Override[], path: Path): Override | undefined {
  return overrides.findLast((one) => one.path.every((step, i) => step === path[i]));
}

function findPlace(
  steps: readonly string[],
  stack: unknown,
  systems: Systems,
): Path | Pick<Complaint, 'message' | 'hint'> {
  const [first, ...rest] = steps as [string, ...string[]];
  const groups = partsUnder(stack, 'systems');
  const nodes = Object.keys(partsUnder(stack, 'nodes'));
  if (['name', 'monitor'].includes(first) && rest.length === 0) return [first];
  if (first === 'zones') return steps;
  if (rest.length && Object.hasOwn(groups, first)) {
    // The group tidb has a key tidb, and `tidb.count` is that one's: the group has no count.
    const keys = keysOf(first, groups[first], systems);
    const own = keys.includes(first) && !keys.includes(rest[0]!) ? [first] : [];
    return ['systems', ...own, ...steps];
  }
  if (rest.length && nodes.includes(first)) return ['nodes', ...steps];

  const names = Object.keys(groups);
  const owners = names.filter((name) => keysOf(name, groups[name], systems).includes(first));
  if (owners.length && names.length === 1) return ['systems', names[0]!, ...steps];
  if (owners.length) {
    const forms = owners.map((name) => `${[name, ...steps].join('.')}=...`);
    return { message: 'there are several systems', hint: `say of which: ${forms.join(' or ')}` };
  }
  const keys = names.length === 1 ? keysOf(names[0]!, groups[names[0]!], systems) : [];
  const places = [...names, ...nodes];
  const top = ['name', 'zones', 'monitor'];
  const known = [...top, ...keys, ...places.map((name) => `${name}.KEY`)];
  const guess = didYouMean(first, rest.length ? [...places, ...keys] : [...top, ...keys]);
  const message = `there is no ${quoted(first)} to set${guess}`;
  return { message, hint: `--set takes ${known.join(', ')}` };
}

/** What tiup's users call the roles and their keys. */
const ROLE_ALIASES: Readonly<Record<string, string>> = { kv: 'tikv', db: 'tidb' };
const KEY_ALIASES: Readonly<Record<string, string>> = { path: 'binary', binpath: 'binary' };

function findRole(
  [word, key, ...rest]: readonly string[],
  stack: unknown,
  systems: Systems,
): Path | Pick<Complaint, 'message' | 'hint'> {
  const groups = Object.entries(partsUnder(stack, 'systems'));
  const rolesOf = ([name, group]: [string, unknown]) => {
    const properties = schemaOf(name, group, systems)?.properties ?? {};
    const hasCount = (at: unknown) => isMap(at) && isMap(at.properties) && 'count' in at.properties;
    return Object.entries(properties).flatMap(([one, at]) => (hasCount(at) ? [one] : []));
  };
  const roles = groups.flatMap(rolesOf);
  const role = roles.includes(word!) ? word! : (ROLE_ALIASES[word!] ?? word!);
  const owners = groups.filter((group) => rolesOf(group).includes(role));
  const steps = [role, KEY_ALIASES[key!] ?? key!, ...rest];
  if (owners.length === 1) return ['systems', owners[0]![0], ...steps];
  const forms = owners.map(([name]) => `--set ${[name, ...steps].join('.')}=...`);
  if (owners.length)
    return { message: 'several systems have this role', hint: `write ${forms.join(' or ')}` };
  const message = `no system of this stack has the role ${quoted(word)}${didYouMean(word!, roles)}`;
  const hint = roles.length
    ? `roles: ${roles.join(', ')}`
    : 'its keys are set with --set KEY=VALUE';
  return { message, hint };
}

function partsUnder(stack: unknown, key: string): Record<string, unknown> {
  return isMap(stack) && isMap(stack[key]) ? stack[key] : {};
}

/** The keys that a group may have; none if its system is unknown. */
function keysOf(name: string, group: unknown, systems: Systems): string[] {
  const schema = schemaOf(name, group, systems);
  return schema ? ['system', ...Object.keys(schema.properties ?? {})] : [];
}

function schemaOf(name: string, group: unknown, systems: Systems): JsonSchema | undefined {
  const system = String((isMap(group) && group.system) || name);
  return Object.hasOwn(systems, system) ? toJson(systems[system]!.schema) : undefined;
}

/** Where a text stands on the way to `path`, as that of a config file does. */
function textAbove(value: unknown, path: Path): Path | undefined {
  const above = path.map((_, i) => path.slice(0, i));
  return above.find((at) => typeof valueAt(value, at) === 'string');
}
