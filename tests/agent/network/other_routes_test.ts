import assert from "node:assert/strict";
import { otherRoutes } from "../../../agent/network/other_routes.ts";

Deno.test("otherRoutes() has every way by a router but the first default one, and no network of a link's own", () => {
  const lines = otherRoutes([
    { destination: "default", gateway: "192.0.2.1", device: "ens18" },
    { destination: "default", gateway: "198.51.100.1", device: "ens19" },
    { destination: "10.9.0.0/16", gateway: "192.0.2.7", device: "ens18" },
    { destination: "192.0.2.0/24", gateway: undefined, device: "ens18" },
  ]);
  assert.deepEqual(lines, ["default by 198.51.100.1 on ens19", "10.9.0.0/16 by 192.0.2.7 on ens18"]);
});
