// What a held partition may wait for: the words for it, and the watching.
import { setTimeout as sleep } from 'node:timers/promises';
import { engineClock } from '../../docker/clock.ts';
import { readLogs } from '../../docker/logs.ts';
import { LabError } from '../../errors.ts';
import type { Claim } from '../../stack/model.ts';
import { askClaims } from '../probe-nodes.ts';
import { leadersOf } from '../roles.ts';
import { containerOf, findNode, refresh, type Session } from '../session.ts';

export type Until =
  | { readonly kind: 'leader-changed' }
  | { readonly kind: 'log'; readonly node: string | undefined; readonly pattern: RegExp }
  | { readonly kind: 'lag'; readonly entries: number };

/** Says what met the condition, once it is met. Rejects when the signal ends the watching. */
type Watch = (signal: AbortSignal) => Promise<string>;

export const POLL_MS = 100;
const LINE_SHOWN_MAX = 160;

/** Reads `leader-changed`, `log=REGEX`, `log@etcd-1=REGEX`, `lag>1000`. Throws usage. */
export function parseUntil(text: string): Until {
  if (text === 'leader-changed') return { kind: 'leader-changed' };
  const [, entries] = /^lag>(\d{1,12})$/.exec(text) ?? [];
  if (entries !== undefined) return { kind: 'lag', entries: Number(entries) };
  const [, node, pattern] = /^log(?:@([^=]+))?=(.+)$/s.exec(text) ?? [];
  if (pattern === undefined)
    throw new LabError('usage', `--until: "${text}" is no condition`, {
      hint: 'conditions: leader-changed, log=REGEX, log@NODE=REGEX, lag>ENTRIES',
    });
  try {
    return { kind: 'log', node, pattern: new RegExp(pattern) };
  } catch (error) {
    throw new LabError('usage', `--until: ${(error as Error).message}`, { cause: error });
  }
}

/**
 * Takes down how things are now, so that only what comes later counts. Throws node-unknown, and
 * leader-unknown where nobody leads.
 */
export async function openWatch(session: Session, until: Until): Promise<Watch> {
  if (until.kind === 'log') return watchLogs(session, until.node, until.pattern);
  if (until.kind === 'lag') return watchNodes(session, (claims) => lagAbove(claims, until));
  const before = await askLeaders(session);
  if (!before.size)
    throw new LabError('leader-unknown', 'no node says that it leads, so no change can be seen');
  return watchNodes(session, (claims) => {
    for (const [group, leader] of leadersOf(session.model.nodes, claims)) {
      const old = before.get(group);
      if (old !== undefined && old !== leader) return `leader ${old} -> ${leader}`;
    }
    return undefined;
  });
}

type Claims = ReadonlyMap<string, Claim>;

/** Group -> who leads it now, for groups in which anybody says so. */
export async function askLeaders(session: Session): Promise<ReadonlyMap<string, string>> {
  return leadersOf(session.model.nodes, await askClaims(session));
}

const watchNodes =
  (session: Session, met: (claims: Claims) => string | undefined): Watch =>
  async (signal) => {
    for (let current = session; ; current = await refresh(current)) {
      const what = met(await askClaims(current));
      if (what !== undefined) return what;
      await sleep(POLL_MS, undefined, { signal });
    }
  };

function lagAbove(claims: Claims, { entries }: { entries: number }): string | undefined {
  const indexes = [...claims].flatMap(([name, { index }]): [string, number][] =>
    index === undefined ? [] : [[name, index]],
  );
  const first = Math.max(...indexes.map(([, index]) => index));
  const last = indexes.find(([, index]) => first - index > entries);
  return last && `${last[0]} is ${first - last[1]} entries behind`;
}

async function watchLogs(
  session: Session,
  node: string | undefined,
  pattern: RegExp,
): Promise<Watch> {
  const names = node ? [findNode(session, node).name] : session.model.nodes.map((n) => n.name);
  const now = await engineClock(session.docker);
  const since = now() / 1000;
  const options = { follow: true, since, timestamps: false };
  const follow = (name: string, signal: AbortSignal) =>
    new Promise<string>((resolve, reject) => {
      const onLine = (line: string) => {
        if (pattern.test(line)) resolve(`${name}: ${line.trim().slice(0, LINE_SHOWN_MAX)}`);
      };
      const { id } = containerOf(session, name);
      // The stream ends with the container; a node that comes back goes on in the same log, and
      // what is read twice did not match the first time.
      const read = async () => {
        for (; !signal.aborted; await sleep(POLL_MS, undefined, { signal }))
          await readLogs(session.docker, id, options, onLine, signal);
        signal.throwIfAborted();
      };
      read().catch(reject);
    });
  return (signal) => Promise.race(names.map((name) => follow(name, signal)));
}
