// The words that a shell may offer: of the labs that run, and of labctl's own tables. What cannot
// be had is no word, as nobody wants an error who has only pressed the tab key.
import { errorTable } from '../error-table.ts';
import { faultKinds } from '../faults/index.ts';
import { builtinStacksDir } from '../package/files.ts';
import { listStacks } from '../stack/find.ts';
import { describeKinds, faultList } from './faults.ts';
import { labNames } from './list.ts';
import { openSession, type Session } from './session.ts';

type Words = Promise<readonly string[]>;

const ofLab = (lab: string | undefined, words: (session: Session) => readonly string[]): Words =>
  openSession(lab)
    .then(words)
    .catch(() => []);

export const words = {
  labs: (): Words =>
    labNames(true)
      .then((labs) => labs.map(({ name }) => name))
      .catch(() => []),
  nodes: (lab: string | undefined): Words =>
    ofLab(lab, ({ model }) => model.nodes.map(({ name }) => name)),
  monitors: (lab: string | undefined): Words =>
    ofLab(lab, ({ observed }) => [...observed.monitors.keys()]),
  edges: (lab: string | undefined): Words =>
    ofLab(lab, ({ model }) => model.edges.map(({ name }) => name)),
  faults: (lab: string | undefined): Words =>
    openSession(lab)
      .then(faultList)
      .then((faults) => faults.map(({ id }) => id))
      .catch(() => []),
  stacks: async (): Words => listStacks(builtinStacksDir).map(({ name }) => name),
  kinds: async (): Words => Object.keys(faultKinds),
  params: async (kind: string): Words =>
    kind in faultKinds ? describeKinds(kind)[0]!.params.map(({ name }) => `${name}=`) : [],
  codes: async (): Words => Object.keys(errorTable),
};
