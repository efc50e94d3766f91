import { rmdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { CommanderError } from 'commander';
import { expect, test } from 'vitest';
import { commandGroups } from '../../../src/cli/commands/index.ts';
import { mayColor, overScreen } from '../../../src/cli/context.ts';
import { commandPath } from '../../../src/cli/leading-flags.ts';
import { asLabError, formatError } from '../../../src/cli/output/error.ts';
import { createProgress } from '../../../src/cli/output/progress.ts';
import { table } from '../../../src/cli/output/table.ts';
import { LabError } from '../../../src/errors.ts';

const plain = { json: false, color: false, verbose: false };

test('columns line up, coloured or not, and no line ends in spaces', () => {
  expect(
    table(
      ['A', 'LONG', 'C'],
      [
        ['x', 'y', ''],
        ['\x1b[33mred\x1b[39m', 'z', 'last'],
      ],
    ),
  ).toBe('A    LONG  C\nx    y\n\x1b[33mred\x1b[39m  z     last');
});

test('an error: message with its code, details indented, one hint', () => {
  const error = new LabError('port-taken', 'host port 80 is in use', { details: ['by nginx'] });
  expect(formatError(error, plain)).toBe(
    'error: host port 80 is in use  (port-taken)\n  by nginx\n' +
      'hint: Free the port, or choose another: host_port in the stack file, ports in a compose file.',
  );
  expect(JSON.parse(formatError(error, { ...plain, json: true })).error).toMatchObject({
    code: 'port-taken',
    details: ['by nginx'],
    definite: true,
  });
});

test('what is not in the table is a bug of labctl, and --verbose shows its stack', async () => {
  const bug = await asLabError(new TypeError('x is not a function'));
  expect(bug).toMatchObject({ code: 'bug', exit: 125 });
  expect(formatError(bug, plain)).not.toContain('at ');
  expect(formatError(bug, { ...plain, verbose: true })).toMatch(/TypeError: x is not[\s\S]* at /);
});

test.each([
  ['statu', 'unknown command \'statu\'; did you mean "status"?', 'labctl --help'],
  ['fault ad', 'unknown command \'ad\'; did you mean "add"?', 'labctl fault --help'],
  ['wierd', "unknown command 'wierd'", 'labctl --help'],
  ['ps --egdes', "unknown option '--egdes' (Did you mean --edges?)", 'labctl status --help'],
  ['fault ls --json', "unknown option '--json'", 'labctl fault ls -o json'],
  ['--edges status', "unknown option '--edges'", 'labctl --help; flags stand behind the command'],
])('labctl %s: what was wrong, and the help to read', async (typed, message, hint) => {
  const commands = Object.values(commandGroups).flat();
  const said = message.replace(/; did you mean "(.*)"\?/, '').replace(' (', '\n(');
  const code = `commander.unknown${/command/.test(message) ? 'Command' : 'Option'}`;
  const error = new CommanderError(1, code, `error: ${said}`);
  const path = commandPath(typed.split(' '), commands);
  const known = await asLabError(error, path, commands);
  expect(known).toMatchObject({ code: 'usage', message });
  expect(known.hint).toBe(hint);
});

test('a file that cannot be written is no fault of the engine, nor of labctl', async () => {
  const thrown = await rmdir(`${tmpdir()}/labctl-test-none`).catch((error) => error);
  expect(await asLabError(thrown)).toMatchObject({
    code: 'file-failed',
    message: `cannot rmdir ${tmpdir()}/labctl-test-none: no such file or directory`,
  });
  const socket = connect('/labctl-test-none');
  const refused = await new Promise((resolve) => socket.once('error', resolve));
  expect(await asLabError(refused)).toMatchObject({ code: 'docker-unreachable' });
});

test('an abort is an interruption: 130', async () => {
  expect(await asLabError(new DOMException('aborted', 'AbortError'))).toMatchObject({
    code: 'interrupted',
    exit: 130,
  });
});

test('colour: off with NO_COLOR, --no-color, TERM=dumb or no terminal; FORCE_COLOR turns it on', () => {
  const terminal = { isTTY: true } as NodeJS.WriteStream;
  const pipe = { isTTY: false } as NodeJS.WriteStream;
  const before = { ...process.env };
  const asked = (stream: NodeJS.WriteStream, env: Record<string, string>, color = true) => {
    for (const name of ['NO_COLOR', 'FORCE_COLOR', 'TERM']) delete process.env[name];
    Object.assign(process.env, env);
    return mayColor({ color }, stream);
  };
  expect(asked(terminal, { TERM: 'xterm' })).toBe(true);
  expect(asked(terminal, { TERM: 'dumb' })).toBe(false);
  expect(asked(terminal, { NO_COLOR: '1' })).toBe(false);
  expect(asked(terminal, { FORCE_COLOR: '1' }, false)).toBe(false);
  expect(asked(pipe, {})).toBe(false);
  expect(asked(pipe, { FORCE_COLOR: '1' })).toBe(true);
  process.env = before;
});

test('progress: a line per change when plain, rows rewritten in place on a terminal', () => {
  const written: string[] = [];
  const stream = { write: (text: string) => written.push(text), columns: 60, isTTY: true };
  const steps = [
    { subject: 'etcd-1', kind: 'etcd', state: 'waiting: no leader', done: false },
    { subject: 'etcd-1', kind: 'etcd', state: 'healthy', done: true },
  ];
  for (const mode of ['plain', 'tty', 'json'] as const) {
    const progress = createProgress(mode, false, stream as unknown as NodeJS.WriteStream);
    for (const step of steps) progress.report(step);
    progress.end();
  }
  expect(written[0]).toMatch(/^ {2}etcd-1 +etcd +waiting: no leader +0\.0s\n$/);
  expect(written[1]).toMatch(/^ {2}etcd-1 +etcd +healthy +0\.0s\n$/);
  expect(written[3]).toBe(
    `\x1b[1A${written[2]!.replace('waiting: no leader', 'healthy           ')}`,
  );
  expect(JSON.parse(written[4]!)).toMatchObject({ subject: 'etcd-1', state: 'waiting: no leader' });
});

test('what is rewritten fits the terminal: as many lines as it has, none wrapped', () => {
  const screen = overScreen('a\nb\nc', 3);
  expect(screen).toBe('\x1b[?7l\x1b[Ha\x1b[K\nb\x1b[K\n\x1b[J\x1b[?7h');
});
