import type { FaultChange } from '../lab/faults/fault-change.ts';
import type { Context } from './context.ts';

/** The first Ctrl-C takes back what the command has just broken; then it counts as interrupted. */
export async function mendIfInterrupted(context: Context, change: FaultChange): Promise<void> {
  if (!context.signal.aborted || !change.faults.length) return;
  const { faultRemove } = await import('../lab/faults/faults.ts');
  await faultRemove(await context.session(), change.faults);
  context.signal.throwIfAborted();
}
