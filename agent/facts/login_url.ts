import { APP_PORT } from "../product/ports.ts";
import type { Scene } from "./facts.ts";
import type { HttpProbe, Snapshot } from "./snapshot.ts";

/** Port of the application on the node. @see contract.md 3 */

/** Where people log in: the address in the installed values, else the one given to set-up, else the node. @see contract.md 7.2 */
export function loginUrl(snapshot: Pick<Snapshot, "appValues" | "setup" | "nodes">): string | undefined {
  const given = snapshot.appValues?.appUrl ?? snapshot.setup.appUrl;
  if (given !== undefined) return /^https?:\/\//.test(given) ? given : `https://${given}`;
  const address = snapshot.nodes[0]?.internalIp;
  if (address === undefined) return undefined;
  return `http://${address.includes(":") ? `[${address}]` : address}:${APP_PORT}`;
}

/** {@link loginUrl} of a scene. */
export function appAddress(scene: Scene): string | undefined {
  return loginUrl(scene.snapshot);
}

/** Before its program runs there is nobody to ask. */
export function isAppUp(scene: Scene): boolean {
  return scene.state("alga-core")?.ready === true;
}

/** A 2xx, or a redirect that leads to signing in on this application. @see contract.md 7.2 */
export function isProbeGood(probe: HttpProbe, appUrl: string | undefined): boolean {
  const { statusCode, location } = probe;
  if (statusCode === undefined) return false;
  if (statusCode >= 200 && statusCode < 300) return true;
  if (statusCode < 300 || statusCode >= 400 || location === undefined) return false;
  if (location.startsWith("/") && !location.startsWith("//")) return true;
  const host = appUrl !== undefined && URL.canParse(appUrl) ? new URL(appUrl).hostname : undefined;
  const target = URL.canParse(location) ? new URL(location) : undefined;
  if (!target) return false;
  if (target.hostname === host) return true;
  return target.hostname !== "alga.local" &&
    (target.pathname.includes("/msp/dashboard") || target.pathname.includes("/login"));
}
