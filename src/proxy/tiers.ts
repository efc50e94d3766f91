// Which tiers of faults work here, found out by trying: a kernel without netem says nothing until
// it is asked for it.
import type { TierProblems } from '../control/protocol.ts';
import { runTool } from './run-tool.ts';

/** A rule of each sort that faults use; -c has the kernel check it and leaves nothing behind. */
const SAMPLE = `table inet labctl-check {
  chain output {
    type filter hook output priority 0
    numgen random mod 10 < 1 counter drop
    meta l4proto tcp counter reject with tcp reset
  }
}
`;

export async function findTiers(): Promise<TierProblems> {
  const netns = await complaint(() => runTool('nft', ['-c', '-f', '-'], SAMPLE));
  return { stream: null, netns, netem: await complaint(tryNetem) };
}

/** On loopback, where a delay of nothing does nothing. */
async function tryNetem(): Promise<void> {
  await runTool('tc', ['qdisc', 'replace', 'dev', 'lo', 'root', 'netem', 'delay', '0ms']);
  await runTool('tc', ['qdisc', 'del', 'dev', 'lo', 'root']);
}

async function complaint(attempt: () => Promise<unknown>): Promise<string | null> {
  try {
    await attempt();
    return null;
  } catch (error) {
    return (error as Error).message.split('\n')[0]!;
  }
}
