import type { FollowFluxDeps } from "./bring_to_flux.ts";
import { followAuthorities } from "./follow_authorities.ts";
import { followKeys } from "./follow_keys.ts";

/** Brings to Flux what it has a copy of, whenever this machine has another: authorities, keys of releases. Ends with the signal. */
export async function followForFlux(deps: FollowFluxDeps, signal: AbortSignal): Promise<void> {
  await Promise.all([followAuthorities(deps, signal), followKeys(deps, signal)]);
}
