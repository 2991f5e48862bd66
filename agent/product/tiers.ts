/** Readiness tiers, lowest first. Keys as in `/api/status`. */
export const TIER_IDS = ["platform", "core", "bootstrap", "login", "background", "fullHealth"] as const;
export type TierId = typeof TIER_IDS[number];
