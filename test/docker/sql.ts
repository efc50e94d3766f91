// Helpers of the tests with MySQL and MariaDB: statements through `labctl client`, and what `status`
// says of replication.
import { expect } from 'vitest';
import type { TestLab } from './labctl.ts';

export const CATCH_UP = { timeout: 20_000, interval: 200 };

/** What the server answers, a row a line; the statement must succeed. */
export async function sql(lab: TestLab, node: string, statement: string): Promise<string> {
  const ran = await lab.run('client', node, '--', '--batch', '-N', '-e', statement);
  expect(ran.status, `${node}: ${statement}: ${ran.err}`).toBe(0);
  return ran.out.trim();
}

/** The rows of app.t, as `1,2,3`. */
export const rowsOf = (lab: TestLab, node: string): Promise<string> =>
  sql(lab, node, 'SELECT GROUP_CONCAT(id ORDER BY id) FROM app.t');

/** Waits until each of these has the rows. */
export async function haveRows(lab: TestLab, rows: string, ...names: readonly string[]) {
  await Promise.all(names.map((name) => expect.poll(() => rowsOf(lab, name), CATCH_UP).toBe(rows)));
}

export const insert = (lab: TestLab, node: string, ...ids: readonly number[]): Promise<string> =>
  sql(lab, node, ids.map((id) => `INSERT INTO app.t VALUES (${id})`).join('; '));

interface Shown {
  readonly reason: string | null;
  readonly nodes: readonly {
    readonly name: string;
    readonly leader: boolean | null;
    readonly detail: string;
    readonly brief: string | null;
    readonly facts: Readonly<Record<string, string | number | boolean | null>> | null;
  }[];
}

export const shown = (lab: TestLab): Promise<Shown> => lab.json<Shown>('status');

export async function nodeShown(lab: TestLab, name: string) {
  return (await shown(lab)).nodes.find((node) => node.name === name)!;
}

/** Cuts the receivers of these off from the primary, and waits until they know. */
export async function cutOff(lab: TestLab, primary: string, ...replicas: readonly string[]) {
  expect((await lab.run('partition', primary)).status).toBe(0);
  for (const name of replicas)
    await expect
      .poll(async () => (await nodeShown(lab, name)).facts?.receiver, CATCH_UP)
      .toBe('Connecting');
}

export async function healAndWait(lab: TestLab): Promise<void> {
  expect((await lab.run('heal')).status).toBe(0);
  const well = await lab.run('wait', '--for', 'healthy', '--timeout', '30s');
  expect(well.status, well.err).toBe(0);
}

export interface Promoted {
  readonly from: string;
  readonly orderly: boolean;
  readonly following: readonly string[];
  readonly left: readonly { readonly node: string; readonly why: string }[];
  readonly lost: { readonly writes: number; readonly ids: string } | null;
}
