import assert from "node:assert/strict";
import { KINDS } from "../../k8s/mod.ts";
import { sampleInputs } from "../simulator/agent_process.ts";
import { TIMELINES } from "../simulator/timelines.ts";
import { fetchSetup, fetchStatus, withAppliance } from "./walk.ts";
import { until } from "../until.ts";

Deno.test("a healthy setup ends fully healthy, keeps no password and repeats nothing", () =>
  withAppliance("healthy", async (agent, world) => {
    assert.equal((await agent.request("POST", "/api/v1/setup", sampleInputs(world))).status, 202);
    await until("setup is done", () => fetchSetup(agent), (it) => it.state.status === "done");
    const status = await until(
      "everything is healthy",
      () => fetchStatus(agent),
      (it) => it.rollup.state === "fully_healthy",
    );
    assert.ok(Object.values(status.tiers).every((it) => it.ready));
    assert.deepEqual(status.topBlockers, []);
    assert.equal(status.urls.loginUrl, world.appUrl);

    for (const file of ["setup-inputs.json", "journal.jsonl", "install-state.json"]) {
      const path = `${world.root}/var/lib/alga-appliance/${file}`;
      assert.ok(!(await Deno.readTextFile(path)).includes("Correct-Horse7!"), `${file} holds the password`);
      assert.equal(((await Deno.stat(path)).mode ?? 0) & 0o777, 0o600);
    }
    assert.ok(!agent.output().includes(agent.token), "the token is in the log");
    assert.ok(!agent.output().includes("Correct-Horse7!"));

    const kube = world.client();
    const tenant = await kube.get({
      resource: KINDS.Secret,
      namespace: "msp",
      name: "appliance-initial-tenant",
    });
    assert.equal(atob(tenant?.data?.INITIAL_ADMIN_EMAIL ?? ""), "maria@example.com");
    // Once it has been used, the cluster does not hold it either; what finds the first administrator later stays.
    await until(
      "the password has left the cluster",
      async () =>
        Object.keys(
          (await kube.get({ resource: KINDS.Secret, namespace: "msp", name: "appliance-initial-tenant" }))
            ?.data ?? {},
        ).sort(),
      (it) =>
        it.join() === [
          "INITIAL_ADMIN_EMAIL",
          "INITIAL_ADMIN_FIRST_NAME",
          "INITIAL_ADMIN_LAST_NAME",
          "INITIAL_TENANT_NAME",
        ].join(),
    );
    const values = await kube.get({
      resource: KINDS.ConfigMap,
      namespace: "alga-system",
      name: "appliance-values-alga-core",
    });
    const text = values?.data?.["alga-core.single-node.yaml"] as string;
    for (
      const line of [
        'mode: "recover"',
        `appUrl: "${world.appUrl}"`,
        'tag: "4f2c91d"',
        "# sample values of alga-core",
      ]
    ) assert.ok(text.includes(line), line);
    kube.close();

    assert.equal((await world.commands()).filter((it) => it === "k3s-install.sh").length, 1);
    const again = await agent.request("POST", "/api/v1/setup", sampleInputs(world));
    assert.equal(again.status, 409);
  }));

for (const timeline of TIMELINES.filter((it) => it.id !== "healthy" && !it.releaseMissing)) {
  Deno.test(`the timeline ${timeline.id} ends ${timeline.ends.rollup} with ${timeline.ends.blocker ?? "no blocker"}`, () =>
    withAppliance(timeline.id, async (agent, world) => {
      await agent.request("POST", "/api/v1/setup", sampleInputs(world));
      if (timeline.passes !== undefined) {
        await until(
          timeline.passes,
          async () => (await fetchStatus(agent)).topBlockers.map((it) => it.id),
          (it) => it.includes(timeline.passes ?? ""),
        );
      }
      const status = await until(
        "the end of the timeline",
        () => fetchStatus(agent),
        (it) => it.rollup.state === timeline.ends.rollup && it.topBlockers[0]?.id === timeline.ends.blocker,
        90,
      );
      if (timeline.ends.rollup === "ready_with_background_issues") assert.ok(status.tiers.login.ready);
      for (const blocker of status.topBlockers) {
        assert.ok(
          blocker.title && blocker.reason && blocker.nextAction && blocker.since,
          JSON.stringify(blocker),
        );
      }
    }));
}

Deno.test("a channel that leads nowhere stops before anything is changed, and can be put right", () =>
  withAppliance("registry-404", async (agent, world) => {
    await agent.request("POST", "/api/v1/setup", sampleInputs(world));
    const view = await until(
      "the checks have run",
      () => fetchSetup(agent),
      (it) => it.state.status === "blocked",
    );
    const failed = view.preflight?.results.filter((it) => it.status === "fail").map((it) => it.id);
    assert.deepEqual(failed, ["rel.channel"]);
    assert.deepEqual((await world.commands()).filter((it) => /k3s|systemctl (?!list-units)/.test(it)), []);
    const refused = await agent.request("POST", "/api/v1/setup/acknowledge", { checkIds: ["rel.channel"] });
    assert.equal(refused.status, 409);
  }));
