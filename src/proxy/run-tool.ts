// Runs one of the programs that change the network namespace: nft, ip, tc.
import { spawn } from 'node:child_process';

const LIMIT_MS = 5_000;

/** What it says on stdout. Rejects with its own words. */
export function runTool(program: string, args: readonly string[], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const tool = spawn(program, args, { timeout: LIMIT_MS });
    let said = '';
    let complaint = '';
    tool.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    tool.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
    tool.on('error', reject);
    tool.on('close', (status, signal) =>
      status === 0
        ? resolve(said)
        : reject(new Error(complaint.trim() || `${program} ended with ${signal ?? status}`)),
    );
    tool.stdin.on('error', () => {}); // its exit status says more than EPIPE
    tool.stdin.end(input);
  });
}
