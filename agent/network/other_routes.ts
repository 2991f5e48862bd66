import type { Route } from "../host/network_facts.ts";

/** The ways out beside the gateway that faces show of their own: other networks behind a router, and a second default way. */
export function otherRoutes(routes: readonly Route[]): string[] {
  const main = routes.find((it) => it.destination === "default");
  return routes.filter((it) => it !== main && it.gateway !== undefined).map((
    { destination, gateway, device },
  ) => `${destination} by ${gateway} on ${device}`);
}
