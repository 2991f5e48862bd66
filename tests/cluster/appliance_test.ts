import assert from "node:assert/strict";
import { FLUX_NAMESPACE } from "../../flux/controllers.ts";
import { SOURCE_NAME } from "../../flux/source_objects.ts";
import { KINDS, type KubeClient, type ObjectRef } from "../../k8s/mod.ts";
import type { StatusDocument } from "../../agent/status/document.ts";
import { PATHS } from "../../agent/state/paths.ts";
import { fetchSetup } from "../walk/walk.ts";
import { pushRelease } from "../simulator/push.ts";
import { kubeLogsContract } from "../contract/kube_logs_contract.ts";
import { until } from "../until.ts";
import { type Appliance, startAppliance } from "./appliance.ts";
import {
  ALL_HEALTHY,
  FAULTS,
  imageIsThere,
  type Rig,
  SUSPENDED_RELEASE,
  tierMap,
} from "./appliance_faults.ts";
import { startLogPods } from "./log_pods.ts";
import { nodeRequirements } from "./node/node_requirements.ts";
import { isHealthy, runFault, seeCleared, toRow, toText, untilStatus } from "./run_fault.ts";
import { writtenObjects } from "./written_objects.ts";

const requirements = await nodeRequirements();
Deno.test({
  name: requirements.ok
    ? "an appliance on a real node: setup from nothing, a missing background image, then one fault after the other"
    : `an appliance on a real node (skipped: ${requirements.reason})`,
  ignore: !requirements.ok,
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    const appliance = await startAppliance({
      missing: ["email-service"],
      // So that it gives up while we look; real releases wait for half an hour.
      timeoutSec: { "email-service": 20 },
    });
    const kube = appliance.node.client();
    const rows: string[] = [];
    try {
      await t.step(
        "it can be logged in although a background image is missing, and says which",
        () => setUpWithoutImage(appliance),
      );
      const jobs = await kube.list(KINDS.Job, { namespace: "msp" });
      const bootstrapJob = jobs.items.find((it) => it.metadata.name.includes("bootstrap"));
      assert.ok(bootstrapJob);
      const rig: Rig = { appliance, kube, bootstrapJob };
      await t.step("it is fully healthy soon after the image is there", async () => {
        const push = () => appliance.pushImage("ghcr.io/nine-minds/email-service:1.4.0");
        const cleared = await seeCleared(rig, "the missing image", push, imageIsThere);
        rows.push(`a background image that was missing at setup: cleared after ${toText(cleared)}`);
      });
      await t.step(
        "a lost record is told, opens setup to nobody, and is decided",
        () => keepsInstallation(rig),
      );
      await t.step(
        "with the record and both its heads gone, setup stays closed, and keeping changes nothing but our own record",
        () => changesNothing(rig),
      );
      await t.step("a routine look of Flux takes nothing back", () => staysWhileFluxLooks(rig));
      for (const fault of FAULTS) {
        await t.step(`${fault.name}: ${fault.blocker.id}, and it clears by itself`, async () => {
          rows.push(toRow(await runFault(fault, rig)));
        });
      }
      await t.step(`every fault was told and cleared in time: ${rows.join("; ")}`, () => {
        assert.equal(rows.length, 1 + FAULTS.length);
      });
      await t.step("after the database dropped its history nothing is lost", async () => {
        await appliance.node.compact();
        await untilStatus(appliance, "everything is healthy", isHealthy, 180);
        await runFault(SUSPENDED_RELEASE, rig);
      });
      await t.step(
        "a channel that is two releases ahead leaves the appliance as it is",
        () => movesOn(rig),
      );
      await t.step("a release whose format is two ahead is refused in words", () => refusesFormat(appliance));
      await startLogPods(kube);
      await kubeLogsContract(t, {
        client: kube,
        namespace: "default",
        talker: "talker",
        crasher: "crasher",
        waiting: "waiting",
      });
    } catch (error) {
      console.error(appliance.agent.output());
      throw error;
    } finally {
      kube.close();
      await appliance.stop();
    }
  },
});

async function setUpWithoutImage(appliance: Appliance): Promise<void> {
  await appliance.setUp();
  const tiers = { ...ALL_HEALTHY, background: "not ready: degraded", fullHealth: "not ready: degraded" };
  const isNamed = (status: StatusDocument) => {
    const [first] = status.topBlockers;
    return first?.id === "img.not-found" && first.component === "email-service" &&
      first.severity === "background" && JSON.stringify(tierMap(status)) === JSON.stringify(tiers);
  };
  await untilStatus(appliance, "the missing image is named, and nobody is kept out", isNamed, 180);
}

/** The cluster holds an installation, so a lost record opens setup to nobody. */
async function keepsInstallation(rig: Rig): Promise<void> {
  const before = await writtenObjects(rig.kube);
  await rig.appliance.loseMemory([PATHS.journal]);
  await decideToKeep(rig);
  assert.deepEqual(await writtenObjects(rig.kube), before);
}

async function changesNothing(rig: Rig): Promise<void> {
  const before = await writtenObjects(rig.kube);
  assert.ok(Object.keys(before).length > 40, `the agent wrote ${Object.keys(before).length} objects`);
  await rig.appliance.loseMemory();
  await decideToKeep(rig);
  assert.deepEqual(await writtenObjects(rig.kube), before);
}

async function decideToKeep({ appliance }: Rig): Promise<void> {
  const { agent } = appliance;
  const ask = async (path: string, body: unknown) => {
    const { status, body: answer } = await agent.request("POST", path, body);
    return [status, (answer as { reason?: string }).reason];
  };
  const record = "/api/v1/setup/record";
  assert.deepEqual(await ask("/api/v1/setup", appliance.inputs), [409, "record-damaged"]);
  assert.deepEqual(await ask("/api/v1/setup/retry", {}), [409, "record-damaged"]);
  assert.deepEqual(await ask(record, { decision: "open" }), [409, "installation-in-use"]);
  assert.deepEqual(await ask(record, { decision: "keep" }), [202, undefined]);
  assert.equal((await fetchSetup(agent)).state.status, "done");
  await untilStatus(appliance, "everything is healthy", isHealthy, 180);
}

/** Flux takes Ready back while it looks. An answer counts where a part of the release was so, unchanged, before and after it. */
async function staysWhileFluxLooks({ appliance, kube }: Rig): Promise<void> {
  const parts = ["alga-platform", "alga-core", "alga-background"].map((name): ObjectRef => ({
    resource: KINDS.Kustomization,
    namespace: FLUX_NAMESPACE,
    name,
  }));
  const platform = parts[0] as ObjectRef;
  const versionAmidLook = async () => {
    const found = await kube.get(platform);
    const conditions: { type: string; status: string }[] = found?.status?.conditions ?? [];
    const ready = conditions.find((it) => it.type === "Ready");
    return ready?.status === "Unknown" ? found?.metadata.resourceVersion : undefined;
  };
  let seen = 0;
  for (let round = 1; seen < 5; round++) {
    assert.ok(round <= 30, `${seen} answers came while Flux looked`);
    const token = new Date().toISOString();
    await Promise.all(parts.map((it) => requestLook(kube, it, token)));
    for (let look = 1; look <= 20; look++) {
      const before = await versionAmidLook();
      const status = await appliance.status();
      const after = await versionAmidLook();
      assert.ok(isHealthy(status), JSON.stringify([status.topBlockers, status.tiers.platform]));
      if (before !== undefined && before === after) seen++;
    }
  }
}

/** Updates are not made by this agent yet: it says what it runs, and a check says what the channel has. */
async function movesOn({ appliance, kube }: Rig): Promise<void> {
  const source = { resource: KINDS.OCIRepository, namespace: FLUX_NAMESPACE, name: SOURCE_NAME };
  const before = (await kube.get(source))?.spec.ref.digest;
  await appliance.publish({ version: "1.5.0" });
  await appliance.publish({ version: "1.6.0" });
  const channel = (await appliance.preflight({})).results.find((it) => it.id === "rel.channel");
  assert.deepEqual([channel?.status, channel?.found], ["pass", "release 1.6.0"]);
  await lookAgain(kube);
  const status = await appliance.status();
  assert.deepEqual(
    [status.release.selectedReleaseVersion, status.release.appVersion, status.release.channel],
    ["1.4.0", "1.4.0", "stable"],
  );
  assert.equal((await kube.get(source))?.spec.ref.digest, before);
  assert.ok(isHealthy(status), JSON.stringify(status.topBlockers));
}

/** Flux asks the registry once more, as at its next interval. */
async function lookAgain(kube: KubeClient): Promise<void> {
  const ref = { resource: KINDS.OCIRepository, namespace: FLUX_NAMESPACE, name: SOURCE_NAME };
  const token = new Date().toISOString();
  await requestLook(kube, ref, token);
  await until("Flux has looked", () => kube.get(ref), (it) => it?.status?.lastHandledReconcileAt === token);
}

async function requestLook(kube: KubeClient, ref: ObjectRef, token: string): Promise<void> {
  await kube.patch(ref, { metadata: { annotations: { "reconcile.fluxcd.io/requestedAt": token } } });
}

async function refusesFormat(appliance: Appliance): Promise<void> {
  await pushRelease(appliance.node.registry.pushUrl, ["nightly"], {
    schema: "alga.appliance.release/v3",
    version: "3.0.0",
  });
  const report = await appliance.preflight({ channel: "nightly" });
  const found = report.results.find((it) => it.id === "rel.schema");
  assert.equal(found?.status, "fail");
  assert.match(found?.found ?? "", /needs a newer agent: it has format 3/);
  assert.match(found?.remediation ?? "", /Choose an older release/);
}
