import assert from "node:assert/strict";
import { HELM_RELEASES } from "../../../agent/product/helm_releases.ts";
import { runPreflight } from "../../../agent/preflight/mod.ts";
import { updateChecks, updateGate } from "../../../agent/update/gate.ts";
import { setSuspended } from "../../../agent/update/helm_releases.ts";
import { acceptedText } from "../../../agent/update/history.ts";
import { until } from "../../until.ts";
import { BY, inUpdateWorld, NEW, releaseOf, startAgent } from "./update_world.ts";

/** The check for paused releases alone. */
const GATE: typeof updateGate = {
  ...updateGate,
  check: (context) =>
    runPreflight(context as never, { checks: updateChecks(context).filter((it) => it.id === "upd.held") }),
};

Deno.test("a risk that was accepted before and is there again stands in the history of the later update, too", async () => {
  await inUpdateWorld(async (world) => {
    const next = releaseOf("1.6.0", "3");
    world.releases.push(next);
    let leadsTo = NEW;
    const agent = await startAgent(world, world.host, { gate: GATE, channel: () => leadsTo });
    const { updates } = agent;
    const settled = async (status: string) =>
      (await until(`it is ${status}`, updates.view, (it) => it.operation.state.status === status)).history;
    await setSuspended(world.kube, "email-service", true);
    await updates.apply({ by: "root" });
    await settled("blocked");
    assert.deepEqual(await updates.accept(["upd.held"], { by: "root" }), { ok: true });
    const [first] = await settled("done");
    assert.deepEqual(first?.accepted, [{ checkId: "upd.held", by: "root" }]);

    await setSuspended(world.kube, "email-service", true);
    leadsTo = next;
    await updates.apply(BY);
    const [second] = await settledOn("1.6.0");
    assert.equal(second?.by, BY.by);
    assert.deepEqual(second?.accepted.map(({ checkId, by }) => [checkId, by]), [["upd.held", "root"]]);
    assert.ok((second?.accepted[0]?.acceptedAt ?? "") < (second?.at ?? ""), JSON.stringify(second?.accepted));
    assert.match(second ? acceptedText(second) : "", /^upd\.held \(accepted on \d{4}-\d\d-\d\d\)$/);

    // Other words are another risk: they were never accepted.
    for (const name of HELM_RELEASES.slice(0, 2)) await setSuspended(world.kube, name, true);
    leadsTo = releaseOf("1.7.0", "4");
    await updates.apply(BY);
    assert.deepEqual((await settled("blocked"))[0]?.accepted, []);
    await agent.kill();

    async function settledOn(version: string) {
      const { history } = await until(
        `${version} is there`,
        updates.view,
        (it) => it.operation.state.status === "done" && it.history[0]?.to === version,
      );
      return history;
    }
  });
});
