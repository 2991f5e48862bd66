import assert from "node:assert/strict";
import { createSetupRecord } from "../../../agent/setup/setup_record.ts";
import { foldSetup } from "../../../agent/setup/fold_setup.ts";
import { openJournal } from "../../../agent/state/journal.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import type { KubeClient } from "../../../k8s/mod.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { FakeHost } from "../../fakes/fake_host.ts";
import { BY, INPUTS, settle, startEngine, submitted } from "./engine.ts";

type Holds = "installation" | "parts" | "nothing" | "silent";

/** A cluster that holds an installation, parts of one or none, or does not answer. */
function kube(holds: Holds): KubeClient {
  const get = ({ name }: { name: string }) => {
    if (holds === "silent") return Promise.reject(new Error("no answer"));
    if (holds === "nothing") return Promise.resolve(undefined);
    if (holds === "parts") {
      return Promise.resolve(name === "appliance-initial-tenant" ? { kind: "Secret" } : undefined);
    }
    return Promise.resolve(
      name === "appliance-release-selection"
        ? { data: { releaseVersion: "1.4.0" } }
        : { kind: "Kustomization" },
    );
  };
  return { get } as unknown as KubeClient;
}

async function damaged(holds?: Holds) {
  const host = new FakeHost();
  const clock = new FakeClock();
  await (await openJournal(host, clock)).append("setup.requested", { by: "x" });
  host.put(PATHS.journal, "");
  const journal = await openJournal(host, clock);
  const adopt = async (by: string) => void await journal.append("setup.finished", { by });
  const connectKube = () => Promise.resolve(holds && kube(holds));
  return { host, journal, record: createSetupRecord({ host, clock, journal, connectKube, adopt }) };
}

for (
  const [holds, cluster, mayOpen] of [
    [undefined, "no installation of Alga", true],
    ["nothing", "no installation of Alga", true],
    ["installation", "an installation of Alga, release 1.4.0", false],
    ["silent", "cannot be asked now", false],
  ] as const
) {
  Deno.test(`a damaged record beside a cluster with ${holds ?? "no kubeconfig"} ${mayOpen ? "may" : "may not"} be opened`, async () => {
    const { record, journal } = await damaged(holds);
    const found = await record.damage();
    assert.match(found?.problem ?? "", /is gone; it had 1 entries/);
    assert.deepEqual(found?.facts[0], { label: "The cluster holds", value: cluster });
    assert.equal(found?.mayOpen, mayOpen);
    assert.equal(await record.decide("open", "browser"), mayOpen);
    assert.equal(journal.damage === undefined, mayOpen);
    assert.equal(foldSetup(journal.entries()).state.status, "idle");
  });
}

/** An agent of which everything below /var/lib/alga-appliance is gone, heads of the journal too. */
async function lost(holds?: Holds) {
  const host = new FakeHost();
  const clock = new FakeClock();
  const journal = await openJournal(host, clock);
  const adopt = async (by: string) => void await journal.append("setup.finished", { by });
  const state: { holds: Holds | undefined; told: number } = { holds, told: 0 };
  const connectKube = () => Promise.resolve(state.holds && kube(state.holds));
  const record = createSetupRecord({ host, clock, journal, connectKube, adopt, onTold: () => state.told++ });
  return { host, clock, journal, record, state };
}

Deno.test("a record that is all gone beside an installation is told as damage, at the next start too", async () => {
  const { record, journal, host, clock, state } = await lost("installation");
  assert.match(
    await record.problem() ?? "",
    /tells of no installation, but its cluster holds an installation/,
  );
  assert.equal(state.told, 1);
  assert.equal((await record.damage())?.mayOpen, false);
  assert.equal(await record.decide("open", "browser"), false);
  assert.match((await openJournal(host, clock)).damage ?? "", /tells of no installation/);
  assert.equal(await record.decide("keep", "browser"), true);
  assert.equal(await record.problem(), undefined);
  assert.equal(foldSetup(journal.entries()).state.status, "done");
  assert.equal((await openJournal(host, clock)).damage, undefined);
});

Deno.test("a record that is all gone beside a half-done setup is told, and may be opened, once", async () => {
  const { record, journal, host, clock } = await lost("parts");
  const found = await record.damage();
  assert.match(found?.problem ?? "", /its cluster holds parts of one/);
  assert.match(found?.facts[0]?.value ?? "", /not finished/);
  assert.equal(found?.mayOpen, true);
  assert.equal(await record.decide("open", "browser"), true);
  assert.equal(await record.problem(), undefined, "the answer counts");
  assert.equal(foldSetup(journal.entries()).state.status, "idle");
  const again = await openJournal(host, clock);
  assert.equal(again.damage, undefined);
  assert.equal(again.wasAccepted, true);
});

Deno.test("beside a cluster that does not answer an empty record waits, with the way on, and notes nothing down", async () => {
  const { record, journal, state } = await lost("silent");
  const found = await record.damage();
  assert.match(found?.problem ?? "", /does not answer/);
  assert.match(found?.wayOn ?? "", /systemctl start k3s.*k3s-uninstall\.sh/);
  assert.equal(found?.mayOpen, false);
  assert.equal(await record.decide("open", "browser"), false);
  assert.equal(journal.damage, undefined);
  state.holds = "nothing";
  assert.equal(await record.problem(), undefined, "somebody else's cluster is not our damage");
});

Deno.test("the data of a cluster without a kubeconfig is one that does not answer", async () => {
  const { record, host } = await lost();
  assert.equal(await record.problem(), undefined);
  host.put("/var/lib/rancher/k3s/server/db/state.db", "SQLite");
  assert.match(await record.problem() ?? "", /does not answer/);
});

Deno.test("a record that tells of an installation asks no cluster", async () => {
  const { record, journal, state } = await lost("installation");
  await journal.append("step.started", { operation: "setup", stepId: "k3s" });
  assert.equal(await record.problem(), undefined);
  assert.equal(state.told, 0);
});

Deno.test("keeping the installation makes setup done, for the next start too", async () => {
  const { record, journal, host } = await damaged("installation");
  assert.equal(await record.decide("keep", "browser 192.0.2.7"), true);
  assert.equal(await record.damage(), undefined);
  assert.equal(foldSetup(journal.entries()).state.status, "done");
  assert.equal((await openJournal(host, new FakeClock())).damage, undefined);
});

Deno.test("while the record is damaged nothing of setup is taken, and nothing goes on by itself", async () => {
  const engine = await startEngine();
  engine.trouble.set("k3s", () => new Promise(() => {}));
  await submitted(engine);
  const lines = (await engine.host.readText(PATHS.journal) ?? "").split("\n");
  engine.host.put(PATHS.journal, `${lines.slice(0, 4).join("\n")}\n`);
  const again = await engine.restart();
  await again.setup.resume();
  await settle(again);
  assert.equal(again.runs.length, engine.runs.length, "no step was begun");
  const replies = [
    await again.setup.submit(INPUTS, BY),
    await again.setup.recheck(BY),
    await again.setup.acknowledge([], BY),
    await again.setup.retry(BY),
  ];
  assert.deepEqual(replies.map((it) => !it.ok && it.reason), Array(4).fill("record-damaged"));
  again.trouble.clear();
  assert.deepEqual(await again.setup.decideRecord("open", BY), { ok: true });
  await settle(again);
  assert.equal(again.state().status, "done", "what was under way goes on");
});
