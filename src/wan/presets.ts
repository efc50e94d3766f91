// WAN presets: regions, and the round trips between them as providers publish them. Adding one: a
// line in `presets`, and in the table what its regions need.

export interface Preset {
  readonly summary: string;
  readonly regions: readonly string[];
  /** Between any two of its regions; without it the table says. */
  readonly rttMs?: number;
}

/**
 * Average round trips in milliseconds between regions of one provider, 17 August to 15 September
 * 2024: IBM Cloud, "VPC network latency dashboards". us-east is Washington DC, us-central Dallas,
 * eu-west London, eu-central Frankfurt, ap-northeast Tokyo, ap-southeast Sydney.
 */
const RTT_MS: Readonly<Record<string, number>> = {
  'us-east us-central': 32,
  'us-east eu-west': 76,
  'us-east ap-northeast': 166,
  'us-east ap-southeast': 216,
  'us-central eu-west': 113,
  'us-central ap-northeast': 143,
  'us-central ap-southeast': 185,
  'eu-west eu-central': 13,
  'eu-west ap-northeast': 242,
  'eu-west ap-southeast': 261,
  'ap-northeast ap-southeast': 115,
};

export const presets: Readonly<Record<string, Preset>> = {
  // The same source has 0.8 to 2.9 ms between the zones of one region.
  metro: {
    summary: 'three data centres in one city',
    regions: ['zone-a', 'zone-b', 'zone-c'],
    rttMs: 2,
  },
  '2-dc': { summary: 'two data centres on one continent', regions: ['eu-west', 'eu-central'] },
  '3-region': {
    summary: 'three continents',
    regions: ['us-east', 'eu-west', 'ap-northeast'],
  },
  '5-region': {
    summary: 'three continents and two more regions',
    regions: ['us-east', 'us-central', 'eu-west', 'ap-northeast', 'ap-southeast'],
  },
};

/** The round trip between two regions of a preset; 0 within one. */
export function rttBetween({ rttMs }: Preset, a: string, b: string): number {
  if (a === b) return 0;
  const found = rttMs ?? RTT_MS[`${a} ${b}`] ?? RTT_MS[`${b} ${a}`];
  if (found === undefined) throw new Error(`no round trip between ${a} and ${b} in the table`);
  return found;
}
