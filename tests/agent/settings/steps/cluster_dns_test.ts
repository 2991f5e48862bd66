import assert from "node:assert/strict";
import { clusterDnsStep } from "../../../../agent/settings/steps/cluster_dns.ts";
import { hostFilesStep } from "../../../../agent/settings/steps/host_files.ts";
import { inSettingsWorld, type SettingsWorld, settleCluster, walk } from "../settings_world.ts";

const OTHER = { dnsMode: "custom" as const, dnsServers: ["192.0.2.1"] };

async function withWorkloads(body: (world: SettingsWorld) => Promise<void>): Promise<void> {
  await inSettingsWorld(async (world) => {
    world.workload("msp", "on-the-node", { hostNetwork: true });
    world.workload("msp", "alga-core-sebastian", { hostNetwork: true, dnsPolicy: "ClusterFirstWithHostNet" });
    world.workload("msp", "db", { dnsPolicy: "ClusterFirst" }, "StatefulSet");
    world.workload("msp", "plain", {});
    world.workload("kube-system", "a-first", { dnsPolicy: "Default" });
    world.workload("kube-system", "coredns", { dnsPolicy: "Default" });
    await settleCluster();
    await body(world);
  });
}

Deno.test("clusterDnsStep restarts what reads the node's file and nothing else, the name service first", () =>
  withWorkloads(async (world) => {
    const before = world.pods();
    const context = world.with(OTHER);
    assert.deepEqual((await clusterDnsStep.plan?.(context))?.map((it) => it.object), [
      "Deployment kube-system/coredns",
      "Deployment kube-system/a-first",
      "Deployment msp/on-the-node",
    ]);
    await walk(hostFilesStep, context);
    await walk(clusterDnsStep, context);
    const after = world.pods();
    const restarted = Object.keys(before).filter((it) =>
      before[it]?.metadata.uid !== after[it]?.metadata.uid
    );
    assert.deepEqual(restarted.toSorted(), ["a-first", "coredns", "on-the-node"]);
    assert.deepEqual(world.said.filter((it) => it.startsWith("Restarting")), [
      "Restarting coredns",
      "Restarting a-first",
      "Restarting on-the-node",
    ]);
  }));

Deno.test("clusterDnsStep waits for one workload before it touches the next", () =>
  withWorkloads(async (world) => {
    const context = world.with(OTHER);
    await walk(hostFilesStep, context);
    const ready = world.reactions.get("Deployment");
    // The name service comes back with a pod that does not get ready.
    world.reactions.set("Deployment", (object) => ({
      ...ready?.(object),
      ...(object.metadata.name === "coredns" ? { readyReplicas: 0 } : {}),
    }));
    await assert.rejects(
      clusterDnsStep.act(context),
      /Waited 300 s for coredns: 0 of 1 pods of coredns are ready/,
    );
    assert.ok(!world.said.includes("Restarting a-first"));
    world.reactions.set("Deployment", (object) => ready?.(object));
    await clusterDnsStep.act(context);
    assert.equal(await clusterDnsStep.look(context), true);
  }));

Deno.test("clusterDnsStep has nothing to do where no pod was started before the file was written", () =>
  withWorkloads(async (world) => {
    assert.equal(await clusterDnsStep.look(world.with({})), true);
    assert.equal(await clusterDnsStep.look(world.with({ appUrl: "https://other.example" })), true);
  }));

Deno.test("clusterDnsStep goes back when the servers go back", () =>
  withWorkloads(async (world) => {
    for (const change of [OTHER, {}]) {
      await walk(hostFilesStep, world.with(change));
      await walk(clusterDnsStep, world.with(change));
    }
    assert.equal(world.said.filter((it) => it === "Restarting coredns").length, 2);
  }));
