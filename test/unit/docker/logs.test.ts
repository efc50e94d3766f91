import type Docker from 'dockerode';
import { expect, test } from 'vitest';
import { tailLogs } from '../../../src/docker/logs.ts';

/** A container whose log is `log`, as dockerode hands it over. */
const dockerWith = (Tty: boolean, log: unknown): Docker => {
  const container = { inspect: async () => ({ Config: { Tty } }), logs: async () => log };
  return { getContainer: () => container } as unknown as Docker;
};

test.each([
  [Buffer.from('one\ntwo\n'), ['one', 'two']],
  [{ level: 'info' }, ['{"level":"info"}']],
  [42, ['42']],
])(
  'of a terminal the log is plain text, also where dockerode took it for JSON: %j',
  async (log, lines) => {
    expect(await tailLogs(dockerWith(true, log), 'id', 10)).toEqual(lines);
  },
);
