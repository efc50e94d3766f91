// Every fault kind, under the name that users type. Adding one: its file, its line here, its test.
import { blackhole } from './blackhole.ts';
import { close } from './close.ts';
import { connectLatency } from './connect-latency.ts';
import { corrupt } from './corrupt.ts';
import { drop } from './drop.ts';
import { dropNth } from './drop-nth.ts';
import { dropProb } from './drop-prob.ts';
import { duplicate } from './duplicate.ts';
import type { FaultKind } from './fault.ts';
import { jam } from './jam.ts';
import { latency } from './latency.ts';
import { limit } from './limit.ts';
import { loss } from './loss.ts';
import { packetCorrupt } from './packet-corrupt.ts';
import { rate } from './rate.ts';
import { refuse } from './refuse.ts';
import { reject } from './reject.ts';
import { reorder } from './reorder.ts';
import { reset } from './reset.ts';
import { slice } from './slice.ts';
import { slowClose } from './slow-close.ts';
import { stallAccept } from './stall-accept.ts';
import { stutter } from './stutter.ts';
import { unplug } from './unplug.ts';

export const faultKinds: Readonly<Record<string, FaultKind>> = {
  drop,
  jam,
  refuse,
  reset,
  blackhole,
  reject,
  unplug,
  close,
  limit,
  latency,
  'connect-latency': connectLatency,
  'stall-accept': stallAccept,
  'slow-close': slowClose,
  rate,
  slice,
  stutter,
  corrupt,
  'drop-nth': dropNth,
  'drop-prob': dropProb,
  loss,
  duplicate,
  reorder,
  'packet-corrupt': packetCorrupt,
};
