import type { TierId } from "../product/tiers.ts";
import { isUnseen, type TierStatus } from "./document.ts";

/** Tiers as pages and terminals name them. */
export const TIER_NAME: Record<TierId, string> = {
  platform: "Platform",
  core: "Database",
  bootstrap: "First-time setup",
  login: "Log in",
  background: "Background",
  fullHealth: "Everything",
};

/** As on the status page: what is on its way is not a warning, nor what stands behind the login before its turn. */
export function tierSign(id: TierId, { ready, status, proofs }: TierStatus, loginReady: boolean): string {
  if (ready) return "ok";
  if (status === "unhealthy") return "x";
  if (status === "unknown") return isUnseen(proofs) ? "?" : "-";
  if (id !== "background" && id !== "fullHealth") return "..";
  return loginReady ? "!" : "-";
}
