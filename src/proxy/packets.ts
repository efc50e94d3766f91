// The netns tier: nft rules in the proxy's own network namespace. One table of our own, replaced as
// a whole: Docker keeps its DNS rules in `table ip nat` beside it, so the ruleset is never flushed.
import { spawn } from 'node:child_process';
import { PROBE_PORTS } from './probe.ts';

const NFT_LIMIT_MS = 5_000;

/** Rules that apply `verdicts` to all that is neither loopback nor one of our own probes. */
export function renderRules(verdicts: readonly string[]): string {
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
  const body = verdicts.length ? [...chain('input'), ...chain('output')] : [];
  // `add` before `delete`, because deleting what is not there is an error.
  const clear = ['add table inet labctl', 'delete table inet labctl'];
  return [...clear, ...(body.length ? ['table inet labctl {', ...body, '}'] : []), ''].join('\n');
}

/** Replaces our table atomically. Rejects with nft's own words. */
export function applyRules(verdicts: readonly string[]): Promise<void> {
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
    nft.stdin.end(renderRules(verdicts));
  });
}
