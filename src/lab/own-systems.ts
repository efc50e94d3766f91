// Systems of the user's own: a folder each, with system.mjs, the templates of its roles and, if it
// has a recipe, the Dockerfile. See docs/add-a-system.md.
import { delimiter, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { LabError } from '../errors.ts';
import type { ImageSource, System } from '../stack/model.ts';
import { nodeNameProblem } from '../stack/names.ts';
import { systems } from '../systems/index.ts';
import { type Kit, kit } from '../systems/kit.ts';

const HINT = 'docs/add-a-system.md: export const system = (kit) => ({ name: ... })';

/** Folders as PATH has them. Throws as addSystem. */
export async function addSystems(folders: string): Promise<void> {
  for (const folder of folders.split(delimiter).filter(Boolean)) await addSystem(folder);
}

/** From then on stack files may name it. Throws system-invalid. */
export async function addSystem(path: string): Promise<void> {
  const folder = resolve(path);
  const system = await readSystem(join(folder, 'system.mjs'));
  const { name } = system;
  if (systems[name] && systems[name].folder !== folder)
    throw invalid(folder, `there is a system ${name} already`);
  const withFolder = ({ recipe, ...source }: ImageSource): ImageSource =>
    recipe ? { ...source, recipe: { ...recipe, folder } } : source;
  const image: System['image'] = (...words) => withFolder(system.image(...words));
  Object.assign(systems, { [name]: { ...system, folder, image } });
}

async function readSystem(file: string): Promise<System> {
  let system: System | undefined;
  try {
    const module = (await import(pathToFileURL(file).href)) as { system: (given: Kit) => System };
    system = module.system(kit);
  } catch (error) {
    throw invalid(file, error instanceof Error ? error.message : String(error), error);
  }
  if (!system) throw invalid(file, 'it gives back no system');
  const problem = nodeNameProblem(system.name);
  if (problem) throw invalid(file, `its name ${problem}`);
  return system;
}

const invalid = (what: string, why: string, cause?: unknown) =>
  new LabError('system-invalid', `${what}: ${why}`, { hint: HINT, cause });
