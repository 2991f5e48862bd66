import type { Clock } from "../clock.ts";
import type { Host } from "../host/host.ts";
import type { Say } from "../text/log_line.ts";
import type { KubeClient } from "../../k8s/mod.ts";
import { heldBackBy } from "./held_back.ts";
import type { SettingsService } from "./settings_service.ts";

/** What following needs. */
export interface FollowFluxDeps {
  host: Host;
  clock: Clock;
  settings: Pick<SettingsService, "look" | "current" | "apply">;
  /** `undefined` while there is no kubeconfig. */
  connectKube(): Promise<KubeClient | undefined>;
  say: Say;
}

/** Something of this machine that Flux has a copy of. */
export interface Followed {
  /** As this machine has it; `undefined` when there is nothing to bring. */
  read(): Promise<string | undefined>;
  /** Whether the cluster has it so. */
  isRight(kube: KubeClient): Promise<boolean>;
  /** Who asked, as it is kept and shown. */
  by: string;
  /** What the log is told once it begins. */
  begun: string;
}

/**
 * Gives the look that has the steps of a change of settings bring it to Flux, where Flux does not have it so. The cluster is asked
 * only when the machine says something else than before.
 */
export function createBringer(
  { settings, connectKube, say }: FollowFluxDeps,
  { read, isRight, by, begun }: Followed,
): () => Promise<void> {
  /** What the cluster is known to have. */
  let known: string | undefined;
  return async () => {
    const text = await read();
    if (text === undefined || text === known) return;
    if (heldBackBy(await settings.look()) !== undefined) return;
    const kube = await connectKube();
    if (!kube) return;
    if (await isRight(kube)) {
      known = text;
      return;
    }
    known = undefined; // what the machine had before may come back before the next look
    const now = await settings.current();
    const reply = now && await settings.apply(now, { by, isFollowing: true });
    // Refused while something else is under way: it is asked again.
    if (reply?.ok) say("notice", begun);
  };
}
