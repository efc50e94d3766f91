// Every partition shape, under its name, in the order of the help. Adding one: its file, its line
// here, its test. All have a flag of their name but `split`: it is the sides of the command line.
import { bridge } from './bridge.ts';
import { chain } from './chain.ts';
import { clientSide } from './client-side.ts';
import { constrainedElection } from './constrained-election.ts';
import { controlPlane } from './control-plane.ts';
import { deaf } from './deaf.ts';
import { halves } from './halves.ts';
import { isolate } from './isolate.ts';
import { majorityMinority } from './majority-minority.ts';
import { minorityThird } from './minority-third.ts';
import { mute } from './mute.ts';
import { noQuorum } from './no-quorum.ts';
import { partial } from './partial.ts';
import { random } from './random.ts';
import { randomHalves } from './random-halves.ts';
import { replicaLink } from './replica-link.ts';
import { ring } from './ring.ts';
import type { Shape } from './shape.ts';
import { split } from './split.ts';
import { star } from './star.ts';
import { zones } from './zones.ts';

export const shapes = {
  split,
  isolate,
  halves,
  'random-halves': randomHalves,
  'majority-minority': majorityMinority,
  'minority-third': minorityThird,
  'no-quorum': noQuorum,
  bridge,
  ring,
  star,
  'constrained-election': constrainedElection,
  chain,
  partial,
  deaf,
  mute,
  zones,
  'client-side': clientSide,
  'replica-link': replicaLink,
  'control-plane': controlPlane,
  random,
} satisfies Record<string, Shape>;

export type ShapeName = keyof typeof shapes;
