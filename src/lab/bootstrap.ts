// The steps by which a system's nodes, once they run, become what the stack says. `up` and all that
// waits for a lab do them; each looks first what is still to do.
import type { BootStep } from '../stack/group.ts';
import { configOf, type Model } from '../stack/model.ts';
import { systems } from '../systems/index.ts';
import { groupAccess } from './group-access.ts';
import type { Report } from './report.ts';
import type { Session } from './session.ts';

/** The steps of a lab, or of one node of it, in order. */
export function stepsOf(model: Model, only?: string): BootStep[] {
  const steps = Object.entries(model.stack.systems).flatMap(([group, { system }]) => {
    const members = model.nodes.filter((node) => node.group === group);
    return systems[system]!.steps?.(members, (node) => configOf(model, node)) ?? [];
  });
  return steps.filter(({ node }) => !only || node.name === only);
}

/**
 * Does what can be done now, and gives back the steps that must be tried again, and why.
 * `onChange`: one changed something.
 */
export async function runSteps(
  session: Session,
  steps: readonly BootStep[],
  report: Report,
  onChange: () => void = () => {},
): Promise<ReadonlyMap<BootStep, string>> {
  const access = groupAccess(session);
  const left = new Map<BootStep, string>();
  for (const step of steps) {
    const { node, name } = step;
    const say = (words: string, done = false) =>
      report({ subject: node.name, kind: node.system, state: `${name}: ${words}`, done });
    const { done, words } = await step.run(access, say);
    if (words && done) {
      say(words, true);
      onChange();
    }
    if (!done) left.set(step, words ?? `${name} is not done`);
  }
  return left;
}
