// The plain value of a stack file, part by part against the part's schema. What one part says of
// another is references.ts.
import { type Check, type Checked, type Complaint, checkValue, quoted } from './check.ts';
import { isMap, toJson } from './json.ts';
import type { ExtraNode, Stack, System, SystemConfig } from './model.ts';
import type { Monitor } from './monitor.ts';
import { didYouMean, nodeNameProblem } from './names.ts';
import { nodeSchema, refusedNodeKeys } from './node-schema.ts';
import { refusedTopKeys, systemKey, topSchema } from './schema.ts';

type Systems = Readonly<Record<string, System>>;
type Written = Check['written'];

/** A stack whose name may still be left out. */
type Unnamed = Omit<Stack, 'name'> & { readonly name?: string };

/** What stands at the top itself. */
type Top = Pick<Unnamed, 'name' | 'zones' | 'links'> & { readonly monitor?: Monitor | false };

/** The stack that `value` says, or all that is wrong with its parts. */
export function checkStack(value: unknown, systems: Systems, written: Written): Checked<Unnamed> {
  const complaints: Complaint[] = [];
  const keep = <T>(checked: Checked<T>): T | undefined => {
    if ('value' in checked) return checked.value;
    complaints.push(...checked.complaints);
    return undefined;
  };
  const partsUnder = <T>(
    key: 'systems' | 'nodes',
    check: (name: string, value: unknown) => Checked<T>,
  ) => {
    const parts = isMap(value) && isMap(value[key]) ? Object.entries(value[key]) : [];
    return parts.map(([name, part]) => {
      complaints.push(...checkName(name, key));
      return [name, keep(check(name, part))!] as const;
    });
  };
  const top = keep(checkTop(value, systems, written));
  const groups = partsUnder('systems', (name, part) => checkGroup(name, part, systems, written));
  const nodes = partsUnder('nodes', (name, part) => checkNode(name, part, written));
  if (complaints.length) return { complaints };
  const { name, zones, links, monitor } = top!;
  const parts = { systems: Object.fromEntries(groups), nodes: Object.fromEntries(nodes) };
  const named = { ...parts, ...(name !== undefined && { name }) };
  const rest = { ...(zones && { zones }), ...(links?.length && { links }) };
  return { value: { ...named, ...rest, ...(monitor && { monitor }) } };
}

function checkName(name: string, under: 'systems' | 'nodes'): Complaint[] {
  const problem = nodeNameProblem(name);
  if (!problem) return [];
  const kind = under === 'systems' ? 'a group' : 'a node';
  const message = `${kind} cannot be called ${quoted(name)}: it ${problem}`;
  return [{ path: [under, name], part: 'key', message }];
}

function checkTop(value: unknown, systems: Systems, written: Written): Checked<Top> {
  const misplaced = Object.keys(systems).map((name) => [name, 'a system goes under systems:']);
  return checkValue(value, {
    schema: topSchema,
    json: toJson(topSchema),
    at: [],
    called: 'a stack file',
    refused: { ...refusedTopKeys, ...Object.fromEntries(misplaced) },
    written,
  });
}

/** A group that holds nothing (`etcd:`) has all its defaults. */
function checkGroup(
  name: string,
  value: unknown,
  systems: Systems,
  written: Written,
): Checked<SystemConfig> {
  const { system = name, ...config } = isMap(value) ? value : {};
  if (typeof system !== 'string' || !Object.hasOwn(systems, system))
    return { complaints: [unknownSystem(name, system, systems)] };
  const { schema } = systems[system]!;
  const { properties, ...json } = toJson(schema);
  const checked = checkValue<object>(isMap(value) ? config : (value ?? {}), {
    schema,
    json: { ...json, properties: { system: systemKey([system]), ...(properties as object) } },
    at: ['systems', name],
    called: `systems.${name}`,
    written,
  });
  return 'value' in checked ? { value: { system, ...checked.value } } : checked;
}

function unknownSystem(group: string, system: unknown, systems: Systems): Complaint {
  const names = Object.keys(systems).join(', ');
  const guess = didYouMean(String(system), Object.keys(systems));
  const path = ['systems', group];
  if (system !== group) {
    const message = `there is no system ${quoted(system)}${guess}`;
    return { path: [...path, 'system'], part: 'value', message, hint: `systems: ${names}` };
  }
  const message = `there is no system ${quoted(group)}${guess || ', and the group names no other'}`;
  const hint = `systems: ${names}; a group of another name says which: system: NAME`;
  return { path, part: 'key', message, hint };
}

function checkNode(name: string, value: unknown, written: Written): Checked<ExtraNode> {
  const checked = checkValue<Record<string, unknown>>(value ?? {}, {
    schema: nodeSchema,
    json: toJson(nodeSchema),
    at: ['nodes', name],
    called: 'a node',
    refused: refusedNodeKeys,
    written,
  });
  if ('complaints' in checked) return checked;
  const { ports = [], connects = [], metrics, ...service } = checked.value;
  const told = metrics === undefined ? {} : { metrics };
  return { value: { ports, connects, ...told, service } as ExtraNode };
}
