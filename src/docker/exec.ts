// Runs a command in a container through the docker command, which knows all about terminals.
import { execa } from 'execa';
import { LabError } from '../errors.ts';

/** The command's exit status. Throws compose-missing when there is no docker command. */
export async function execInContainer(id: string, command: readonly string[]): Promise<number> {
  const terminal = process.stdin.isTTY && process.stdout.isTTY ? ['--tty'] : [];
  const args = ['exec', '--interactive', ...terminal, id, ...command];
  const { exitCode, code, shortMessage } = await execa('docker', args, {
    stdio: 'inherit',
    reject: false,
  });
  if (code === 'ENOENT')
    throw new LabError('compose-missing', 'there is no docker command on the PATH');
  if (exitCode !== undefined) return exitCode;
  throw new LabError('docker-failed', shortMessage ?? 'docker exec ended without a status');
}
