// What the nodes of a lab of stand-ins tell of themselves, through their host edges.
import type { LabStatus } from '../../src/lab/status.ts';
import type { TestLab } from '../docker/labctl.ts';

/** A port by which each role is asked what it did. */
const ASKED: Readonly<Record<string, string>> = {
  pd: 'client',
  tikv: 'status',
  tidb: 'status',
  tiflash: 'status',
  ticdc: 'api',
};

export interface Told {
  readonly own: string;
  readonly words: readonly string[];
  readonly config: string;
  readonly pdReadyAtStart: boolean | null;
  /** Placement rules, of a PD. */
  readonly rules: readonly { readonly id: string; readonly role: string }[];
  /** `pd-1:2379` -> how the last dial went. */
  readonly dials: Readonly<Record<string, { readonly last: string | null }>>;
}

export async function tellAll(lab: TestLab): Promise<Told[]> {
  const { nodes } = await lab.json<LabStatus>('status');
  return Promise.all(
    nodes.map(async ({ role, endpoints }) => {
      const response = await fetch(`http://${endpoints[ASKED[role]!]}/stand-in`);
      return (await response.json()) as Told;
    }),
  );
}

/** Edges by how all their dials went last: `through` those that all got through. */
export async function dialled(lab: TestLab) {
  const through: string[] = [];
  const failing: string[] = [];
  for (const { own, dials } of await tellAll(lab)) {
    for (const to of new Set(Object.keys(dials).map((at) => at.split(':')[0]!))) {
      const all = Object.entries(dials).filter(([at]) => at.startsWith(`${to}:`));
      (all.every(([, { last }]) => last === 'ok') ? through : failing).push(`${own}:${to}`);
    }
  }
  return { through: through.sort(), failing: failing.sort() };
}
