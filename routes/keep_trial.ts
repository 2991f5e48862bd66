import type { Context } from "hono";
import type { NetworkView } from "../agent/network/network_service.ts";
import type { Env } from "./app_deps.ts";
import { conflict, type Problem } from "./problem.ts";

/** Addresses by which a trial may be kept: who comes by another has not shown that the new one is reached. */
export function triedAddresses({ operation, links }: NetworkView): string[] {
  const { link, method, address } = operation.inputs;
  if (method === "static") return [String(address).split("/")[0] ?? ""];
  return links.find((it) => it.name === link)?.addresses.map((it) => it.address) ?? [];
}

/** Why this request may not keep the new settings; `undefined` when it may. Who comes by the socket stands at the machine. */
export function keepProblem(c: Context<Env>, view: NetworkView): Problem | undefined {
  if (c.env.remoteAddr === "socket") return undefined;
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
