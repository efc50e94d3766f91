// Delays drawn from netem's four distributions, with correlation: not a fault, but what faults draw
// from. One normal deviate is behind each of them, so that a correlated sequence has exactly the
// same distribution as one that is not (netem's own correlation flattens it).
import type { FaultParams } from './fault.ts';

export const DISTRIBUTIONS = ['uniform', 'normal', 'pareto', 'paretonormal'] as const;

/** Deviate of mean 0 from a standard normal z; jitter is its scale (uniform: its bound). */
const deviates: Readonly<Record<string, (z: number) => number>> = {
  uniform: (z) => 2 * share(z) - 1,
  normal: (z) => z,
  pareto,
  // As netem's paretonormal table is made.
  paretonormal: (z) => 0.25 * z + 0.75 * pareto(z),
};

/** Draws from `delay`, `jitter`, `dist` and `corr`: milliseconds, never less than 0. */
export function drawDelay(params: FaultParams, random: () => number): () => number {
  const [delayMs, jitterMs] = [Number(params.delay), Number(params.jitter ?? 0)];
  if (!jitterMs) return () => delayMs;
  const deviate = deviates[String(params.dist ?? 'uniform')]!;
  const corr = Number(params.corr ?? 0);
  let z = normal(random);
  return () => {
    const drawn = Math.max(0, delayMs + jitterMs * deviate(z));
    z = corr * z + Math.sqrt(1 - corr * corr) * normal(random);
    return drawn;
  };
}

/** Pareto of shape 3, as netem has it, moved and scaled to mean 0 and deviation 1. */
function pareto(z: number): number {
  const [mean, deviation] = [1.5, Math.sqrt(0.75)];
  return (Math.max(share(-z), 1e-9) ** (-1 / 3) - mean) / deviation;
}

/** Box and Muller. */
const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** The share of a standard normal that lies below z (Abramowitz and Stegun 7.1.26, 1.5e-7). */
function share(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const tail =
    t *
    (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))) *
    Math.exp(-x * x);
  return z < 0 ? tail / 2 : 1 - tail / 2;
}
