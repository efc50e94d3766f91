// The netns tier: nft rules in the proxy's own network namespace. One table of our own, replaced as
// a whole: Docker keeps its DNS rules in `table ip nat` beside it, so the ruleset is never flushed.
import { spawn } from 'node:child_process';
import { PROBE_PORTS } from './probe.ts';

const NFT_LIMIT_MS = 5_000;

const TABLE = 'table inet labctl';

/**
 * The change from the rules that are `loaded` (undefined: nobody knows) to `verdicts`, which apply
 * to all that is neither loopback nor one of our own probes. With no verdict the table sleeps:
 * deleting it makes nft wait some 10 ms for a grace period of the kernel, and most often the same
 * cut comes again.
 */
export function renderRules(verdicts: readonly string[], loaded?: readonly string[]): string {
  const chain = (hook: 'input' | 'output') => {
    const [device, port] = hook === 'input' ? ['iifname', 'dport'] : ['oifname', 'sport'];
    return [
      `  chain ${hook} {`,
      `    type filter hook ${hook} priority 0`,
      `    ${device} "lo" accept`,
      `    tcp ${port} ${PROBE_PORTS.first}-${PROBE_PORTS.last} accept`,
      ...(hook === 'output' ? ['    icmp type destination-unreachable accept'] : []),
      ...verdicts.map((verdict) => `    ${verdict}`),
      '  }',
    ];
  };
  if (!verdicts.length) return `${TABLE} { flags dormant; }\n`;
  if (verdicts.join() === loaded?.join()) return `${TABLE}\n`; // wakes it
  const clear = loaded ? [] : [`add ${TABLE}`]; // deleting what is not there is an error
  if (!loaded || loaded.length) clear.push(`delete ${TABLE}`);
  return [...clear, `${TABLE} {`, ...chain('input'), ...chain('output'), '}', ''].join('\n');
}

/** What our table has, asleep or not. A new network namespace has none; who failed cannot know. */
let loaded: readonly string[] | undefined = [];

/** Puts the verdicts in force, atomically. Rejects with nft's own words. */
export async function applyRules(verdicts: readonly string[]): Promise<void> {
  const before = loaded;
  loaded = undefined;
  await runNft(renderRules(verdicts, before));
  loaded = verdicts.length ? verdicts : before;
}

function runNft(rules: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const nft = spawn('nft', ['-f', '-'], {
      stdio: ['pipe', 'ignore', 'pipe'],
      timeout: NFT_LIMIT_MS,
    });
    let complaint = '';
    nft.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
    nft.on('error', reject);
    nft.on('close', (status) =>
      status === 0 ? resolve() : reject(new Error(complaint.trim() || `nft ended with ${status}`)),
    );
    nft.stdin.on('error', () => {}); // its exit status says more than EPIPE
    nft.stdin.end(rules);
  });
}
