import assert from "node:assert/strict";
import type { BlockerId } from "../../../agent/causes/cause.ts";
import { evaluate } from "../../../agent/status/evaluate.ts";
import { NOW_MS } from "../status/objects.ts";
import { CONTEXTS } from "./contexts.ts";
import { FIELD_CASES } from "./field_cases.ts";

/** What is told first of each case, and words that its texts must have. */
const TOLD: Readonly<Record<string, { id: BlockerId; says: RegExp; never?: RegExp }>> = {
  "01-sandbox-image.json: connection refused": {
    id: "net.egress",
    says: /registry-1\.docker\.io cannot be reached/,
  },
  "01-sandbox-image.json: name unknown": { id: "dns.nxdomain", says: /does not know "/ },
  "01-sandbox-image.json: network is unreachable": { id: "net.no-route", says: /cannot reach the internet/ },
  "02-content-store.json: blob not found": {
    id: "img.store-damaged",
    says: /crictl rmi ghcr\.io\/nine-minds\/alga-psa-ee:0a1b2c3d/,
    never: /does not exist|[Rr]eport the release/,
  },
  "03-scheduler-reasons.json: volume node affinity": {
    id: "sched.volume-elsewhere",
    says: /its volume belongs to another machine/,
  },
  "03-scheduler-reasons.json: claim not found": {
    id: "stor.claim-missing",
    says: /"alga-core-sebastian-postgres-data" does not exist any more/,
  },
  "04-insufficient-dot.json: cpu": {
    id: "sched.resources",
    says: /Give the virtual machine more processor power in the hypervisor\. /,
  },
  "04-insufficient-dot.json: memory": { id: "sched.resources", says: /There is not enough memory left/ },
  "05-pods-cannot-reach-api.json: host firewall drops traffic from pods to the API": {
    id: "net.host-firewall",
    says: /sudo ufw allow from 10\.42\.0\.0\/16 to any; sudo ufw allow from 10\.43\.0\.0\/16 to any/,
  },
  "15-no-default-route.json: network cable out, k3s restarts for ever": {
    id: "node.no-default-route",
    says: /no default gateway/,
  },
  "17-cpu-too-old.json: Fatal glibc error": {
    id: "node.cpu-too-old",
    says: /a processor of the level x86-64-v2/,
  },
};

Deno.test("every case of the field is looked at, by its name", () => {
  assert.deepEqual(FIELD_CASES.map((it) => it.name).toSorted(), Object.keys(TOLD).toSorted());
});

for (const { name, snapshot } of FIELD_CASES) {
  for (const context of [{ name: "as it was handed over", of: (it: typeof snapshot) => it }, ...CONTEXTS]) {
    Deno.test(`${name} is told first, ${context.name}`, () => {
      const { topBlockers: [first] } = evaluate(context.of(snapshot), NOW_MS);
      const { id, says, never } = TOLD[name] ?? {};
      assert.equal(first?.id, id);
      const text = [first?.title, first?.reason, first?.nextAction, ""].join(" ");
      assert.match(text, says ?? /./);
      if (never) assert.doesNotMatch(text, never);
    });
  }
}

Deno.test("a host firewall is one card that stands for all the rest", () => {
  const firewall = FIELD_CASES.find((it) => it.file.startsWith("05-"));
  for (const context of CONTEXTS) {
    const { topBlockers } = evaluate(context.of(firewall?.snapshot as never), NOW_MS);
    assert.deepEqual(topBlockers.map((it) => it.id), ["net.host-firewall"], context.name);
  }
});
