/** How long other settings of the network are tried before the old ones come back by themselves, ms. */
export const TRIAL_MS = 30_000;
