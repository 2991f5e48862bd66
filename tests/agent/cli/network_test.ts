import assert from "node:assert/strict";
import { networkStub } from "../../routes/network_stub.ts";
import { withStandIn } from "./stand_in_agent.ts";
import { cli } from "./terminal.ts";

const BASE = "/api/v1/network";
const view = (given: object = {}) => ({ status: 200, body: { ...networkStub().now, trial: null, ...given } });
const at = (state: object, more: object = {}) =>
  view({ operation: { ...networkStub().now.operation, state, ...more } });

Deno.test("network shows links, addresses and what is on trial", () =>
  withStandIn(async (agent) => {
    agent.answers[`GET ${BASE}`] = [view({ trial: { endsAt: "2026-11-26T22:00:30.000Z" } })];
    const { code, out } = await cli(["network", "--root", agent.root]);
    assert.equal(code, 0);
    assert.equal(
      out,
      'ens18        192.0.2.10/24  DHCP\nGateway      192.0.2.1\nRoutes       10.9.0.0/16 by 192.0.2.7 on ens18\nDNS servers  192.0.2.1\nOn trial     until 22:00:30 UTC; "alga-agent network keep" keeps the new settings\n',
    );
  }));

Deno.test("network set sends what was given, and follows to the end", () =>
  withStandIn(async (agent) => {
    agent.answers[`PUT ${BASE}`] = [{ status: 202, body: {} }];
    agent.answers[`POST ${BASE}/acknowledge`] = [{ status: 202, body: {} }];
    agent.answers[`GET ${BASE}`] = [
      at({ status: "blocked", since: "" }, {
        conditions: [{ id: "node-address", cause: "c", wayOut: "w", mayBeAccepted: true }],
      }),
      at({ status: "running", stepId: "keep", startedAt: "", message: "" }),
      at({ status: "done", finishedAt: "" }),
    ];
    const { code, out } = await cli([
      ...["network", "set", "ens18", "--address", "192.0.2.50/24", "--gateway", "192.0.2.1"],
      ...["--dns", "192.0.2.1,9.9.9.9", "--acknowledge", "node-address", "--root", agent.root],
    ]);
    assert.deepEqual([code, out], [0, "Kept.\n"]);
    assert.deepEqual(agent.asked.filter((it) => it.method !== "GET").map((it) => [it.path, it.body]), [
      [BASE, {
        link: "ens18",
        method: "static",
        address: "192.0.2.50/24",
        gateway: "192.0.2.1",
        dnsServers: "192.0.2.1,9.9.9.9",
      }],
      [`${BASE}/acknowledge`, { checkIds: ["node-address"] }],
    ]);
  }));

for (
  const [args, words] of [
    [["set"], /Say which link/],
    [["set", "ens18"], /Say either --dhcp or --address/],
    [["set", "ens18", "--dhcp", "--address", "192.0.2.1/24"], /Say either/],
    [["set", "ens18", "--dhcp", "--gateway", "192.0.2.1"], /--gateway goes with --address/],
    [["set", "ens18", "ens19"], /Say one of/],
    [["keep", "--dhcp"], /go with "set", not with "keep"/],
    [["show", "ens18"], /Say one of/],
    [["forget"], /Say one of show, set, keep, take-back, not "forget"/],
  ] as const
) {
  Deno.test(`network ${args.join(" ")} is refused in words`, async () => {
    const { code, err } = await cli(["network", ...args]);
    assert.equal(code, 2);
    assert.match(err.replaceAll(/\s+/g, " "), words);
  });
}
