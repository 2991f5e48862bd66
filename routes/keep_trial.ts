import type { Context } from "hono";
import { fixedAddress } from "../agent/network/link_settings.ts";
import { addressesOf } from "../agent/network/link_state.ts";
import type { NetworkView } from "../agent/network/network_service.ts";
import type { Env } from "./app_deps.ts";
import { networkProblem } from "./network_problem.ts";
import { conflict, type Problem } from "./problem.ts";

/** Addresses by which a trial may be kept: who comes by another has not shown that the new one is reached. */
export function triedAddresses({ trial, links }: Pick<NetworkView, "trial" | "links">): string[] {
  if (trial === undefined) return [];
  const fixed = fixedAddress(trial.settings);
  return fixed === undefined ? addressesOf({ links }, trial.settings.link).map((it) => it.address) : [fixed];
}

/** Why this request may not keep the new settings; `undefined` when it may. Who comes by the socket stands at the machine. */
export function keepProblem(c: Context<Env>, view: NetworkView): Problem | undefined {
  if (c.env.remoteAddr === "socket") return undefined;
  // There is no other address to come by.
  if (view.trial === undefined) return networkProblem({ ok: false, reason: "no-trial" });
  const host = (c.req.header("host") ?? "").replace(/:\d+$/, "");
  const addresses = triedAddresses(view);
  if (addresses.includes(host)) return undefined;
  return conflict(
    "not-by-the-new-address",
    "This came by another address",
    `Open these pages at ${
      addresses.join(" or ") || "the new address"
    } and keep the new settings there: that shows that the machine is reached.`,
  );
}
