import assert from "node:assert/strict";
import { hostFilesStep } from "../../../../agent/settings/steps/host_files.ts";
import { k3sRestartStep } from "../../../../agent/settings/steps/k3s.ts";
import { AUTHORITY_PEM } from "../../../fakes/authorities.ts";
import type { Settings } from "../../../../agent/settings/settings.ts";
import { inSettingsWorld, type SettingsWorld, walk } from "../settings_world.ts";

const RESTART = "run systemctl restart k3s";
const restarts = ({ host }: SettingsWorld) => host.record.filter((it) => it === RESTART).length;

const UNTOUCHED: Partial<Settings>[] = [
  { appUrl: "https://other.example" },
  { channel: "nightly" },
  { dnsMode: "custom", dnsServers: ["192.0.2.1"] },
];
for (const change of UNTOUCHED) {
  Deno.test(`k3sRestartStep leaves k3s alone when ${Object.keys(change).join(" and ")} changes`, () =>
    inSettingsWorld(async (world) => {
      const context = world.with(change);
      if (!await hostFilesStep.look(context)) await walk(hostFilesStep, context);
      assert.equal(await k3sRestartStep.look(context), true);
    }));
}

const READ: Partial<Settings>[] = [{ proxyUrl: "http://proxy.example:3128" }, { caCerts: AUTHORITY_PEM }];
for (const change of READ) {
  Deno.test(`k3sRestartStep restarts k3s once when ${Object.keys(change).join()} changes, and again when it goes`, () =>
    inSettingsWorld(async (world) => {
      const context = world.with(change);
      assert.deepEqual(await k3sRestartStep.plan?.(context), [{
        object: "k3s",
        field: "",
        from: "running",
        to: "restarted",
      }]);
      await walk(hostFilesStep, context);
      await walk(k3sRestartStep, context);
      assert.equal(restarts(world), 1);
      assert.equal(await k3sRestartStep.look(context), true);
      await walk(hostFilesStep, world.with({}));
      await walk(k3sRestartStep, world.with({}));
      assert.equal(restarts(world), 2);
    }));
}

Deno.test("k3sRestartStep that was killed after the restart and before its note restarts again", () =>
  inSettingsWorld(async (world) => {
    const context = world.with({ proxyUrl: "http://proxy.example:3128" });
    await walk(hostFilesStep, context);
    world.host.writeError = "the process is dead";
    await assert.rejects(k3sRestartStep.act(context));
    world.host.writeError = undefined;
    await walk(k3sRestartStep, context);
    assert.equal(restarts(world), 2);
  }));

Deno.test("k3sRestartStep that fails tells what k3s said last", () =>
  inSettingsWorld(async (world) => {
    world.host.commands.set("systemctl", { code: 1, stderr: "Job for k3s.service failed\n" });
    const context = world.with({ proxyUrl: "http://proxy.example:3128" });
    await assert.rejects(k3sRestartStep.act(context), (error: Error) => {
      assert.match(error.message, /^Kubernetes did not come back: Job for k3s\.service failed$/);
      return (error.cause as Error).message === "k3s: cannot start";
    });
  }));
