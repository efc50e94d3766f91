// The words that a shell may offer: of the labs that run, and of labctl's own tables. What cannot
// be had is no word, as nobody wants an error who has only pressed the tab key.
import { errorTable } from '../error-table.ts';
import { faultKinds } from '../faults/index.ts';
import { builtinStacksDir } from '../package/files.ts';
import { listStacks } from '../stack/find.ts';
import { presets } from '../wan/presets.ts';
import { faultList } from './faults/faults.ts';
import { labNames } from './list.ts';
import { openSession, type Session } from './session.ts';

type Words = Promise<readonly string[]>;

/** Of the lab that --lab names, or the only one. */
const ofLab =
  (words: (session: Session) => readonly string[] | Words) =>
  (lab: string | undefined): Words =>
    openSession(lab)
      .then(words)
      .catch(() => []);

export const words = {
  labs: (): Words =>
    labNames(true)
      .then((labs) => labs.map(({ name }) => name))
      .catch(() => []),
  nodes: ofLab(({ model }) => model.nodes.map(({ name }) => name)),
  /** `prometheus`, `grafana`, where the lab has them. */
  monitors: ofLab(({ observed }) => [...observed.monitors.keys()]),
  edges: ofLab(({ model }) => model.edges.map(({ name }) => name)),
  faults: ofLab(async (session) => (await faultList(session)).map(({ id }) => id)),
  stacks: async (): Words => listStacks(builtinStacksDir).map(({ name }) => name),
  kinds: async (): Words => Object.keys(faultKinds),
  /** `delay=`, `dist=normal`: of a kind of fault. */
  params: async (kind: string): Words =>
    Object.entries(faultKinds[kind]?.params ?? {}).flatMap(([name, { choices = [''] }]) =>
      choices.map((choice) => `${name}=${choice}`),
    ),
  codes: async (): Words => Object.keys(errorTable),
  presets: async (): Words => [...Object.keys(presets), 'off'],
};
