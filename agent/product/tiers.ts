/** Readiness tiers, lowest first. Keys as in `/api/status`. @see contract.md 7.1 */
export const TIER_IDS = ["platform", "core", "bootstrap", "login", "background", "fullHealth"] as const;
export type TierId = typeof TIER_IDS[number];
