/**
 * How long and by which seed a test runs. Without the variables it is the short form, which is what the gate runs; a
 * campaign (`deno task campaign`) sets them for each of its rounds.
 */
const SEED = wholeNumber("ALGA_CAMPAIGN_SEED", 0);
const FACTOR = wholeNumber("ALGA_CAMPAIGN_FACTOR", 1) ?? 1;

/** A test's own seed; in a campaign another one in each round. */
export function campaignSeed(own: number): number {
  return SEED === undefined ? own : (SEED + own) >>> 0;
}

/** How often a test does something: its own count, in a campaign some times that. */
export function campaignCount(own: number): number {
  return own * FACTOR;
}

function wholeNumber(name: string, least: number): number | undefined {
  const text = Deno.env.get(name);
  if (text === undefined || text === "") return undefined;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least) {
    throw new Error(`${name} must be a whole number from ${least}, not "${text}"`);
  }
  return value;
}
