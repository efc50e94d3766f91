import { LabError } from '../../errors.ts';
import type { CommandSpec } from '../command.ts';

export const client: CommandSpec = {
  name: 'client',
  summary: "run the system's own client (etcdctl, mysql) inside a node",
  examples: ['client -- put greeting hello', 'client etcd-2 -- get greeting'],
  configure: (command) =>
    command
      .usage('[options] [node] [-- arguments...]')
      .argument('[node...]', 'the one that leads, when none is named; then -- and arguments'),
  run: async (context, words: readonly string[]) => {
    const { clientInNode } = await import('../../lab/exec.ts');
    const { passedOn } = context;
    const [node, stray] = words.slice(0, words.length - passedOn.length);
    if (stray !== undefined)
      throw new LabError('usage', `"${stray}" stands before --`, {
        hint: `arguments of the client come after --: ${context.self} client -- ${words.join(' ')}`,
      });
    return clientInNode(await context.session(), node, passedOn);
  },
};
