// What the user names -> the model: find the stack file, read it, build nodes and edges.
import { LabError } from '../errors.ts';
import { builtinStacksDir } from '../package/files.ts';
import { buildModel } from '../stack/build-model.ts';
import { findStack, readFile } from '../stack/find.ts';
import { loadStack } from '../stack/load.ts';
import type { Model } from '../stack/model.ts';
import { labNameProblem } from '../stack/names.ts';
import { systems } from '../systems/index.ts';

export interface StackChoice {
  /** Built-in name, or a path to a file or folder; without it ./labctl.yaml, searched upwards. */
  readonly stack?: string | undefined;
  /** A path, or `-` for stdin. */
  readonly file?: string | undefined;
  /** `KEY=VALUE`, in order. */
  readonly set?: readonly string[];
  /** The lab's name, instead of the stack's. */
  readonly lab?: string | undefined;
}

/** Throws stack-not-found, lab-invalid, usage for a bad lab name. */
export function loadModel({ stack, file, set = [], lab }: StackChoice): Model {
  const wanted = {
    name: stack || undefined,
    file: file || undefined,
    cwd: process.cwd(),
    builtinDir: builtinStacksDir,
  };
  const source = findStack(wanted);
  const loaded = loadStack({ ...source, cwd: process.cwd(), readFile }, set, systems);
  if (!lab) return buildModel(loaded, systems);
  const problem = labNameProblem(lab);
  if (problem) throw new LabError('usage', `--lab: ${JSON.stringify(lab)} ${problem}`);
  return buildModel({ ...loaded, name: lab }, systems);
}
