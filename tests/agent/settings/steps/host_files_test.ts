import assert from "node:assert/strict";
import { hostFilesStep } from "../../../../agent/settings/steps/host_files.ts";
import { PATHS } from "../../../../agent/state/paths.ts";
import { AUTHORITY_PEM, SECOND_AUTHORITY_PEM } from "../../../fakes/authorities.ts";
import { inSettingsWorld, walk } from "../settings_world.ts";

Deno.test("hostFilesStep has nothing to do after setup", () =>
  inSettingsWorld(async (world) => {
    assert.equal(await hostFilesStep.look(world.with({})), true);
    assert.equal(await hostFilesStep.look(world.with({ appUrl: "https://other.example" })), true);
  }));

Deno.test("hostFilesStep writes other DNS servers into the pods' resolv.conf alone", () =>
  inSettingsWorld(async (world) => {
    const context = world.with({ dnsMode: "custom", dnsServers: ["192.0.2.1", "192.0.2.2"] });
    assert.deepEqual(await hostFilesStep.plan?.(context), [{
      object: PATHS.k3sResolvConf,
      field: "nameserver",
      from: "192.0.2.53",
      to: "192.0.2.1, 192.0.2.2",
    }]);
    await walk(hostFilesStep, context);
    assert.equal(
      await world.host.readText(PATHS.k3sResolvConf),
      "nameserver 192.0.2.1\nnameserver 192.0.2.2\n",
    );
    assert.deepEqual(world.host.record.filter((it) => it.startsWith("write ")), [
      `write ${PATHS.k3sResolvConf} 644`,
    ]);
  }));

Deno.test("hostFilesStep follows the machine's servers, and keeps the pods' when the machine knows none", () =>
  inSettingsWorld(async (world) => {
    const { host } = world;
    host.put("/run/systemd/resolve/resolv.conf", "nameserver 192.0.2.99\n");
    await walk(hostFilesStep, world.with({}));
    assert.equal(await host.readText(PATHS.k3sResolvConf), "nameserver 192.0.2.99\n");
    host.put("/run/systemd/resolve/resolv.conf", "");
    assert.equal(await hostFilesStep.look(world.with({})), true);
  }));

Deno.test("hostFilesStep gives k3s a proxy in a file of root's own and tells no password", () =>
  inSettingsWorld(async (world) => {
    const context = world.with({ proxyUrl: "http://maria:Geheim-7@proxy.example:3128" });
    const plan = JSON.stringify(await hostFilesStep.plan?.(context));
    assert.ok(plan.includes(PATHS.k3sEnvironment) && plan.includes('"isSecret":true'));
    assert.ok(!plan.includes("Geheim"));
    await walk(hostFilesStep, context);
    assert.match(
      await world.host.readText(PATHS.k3sEnvironment) ?? "",
      /^HTTP_PROXY=http:\/\/maria:Geheim-7@proxy/,
    );
    assert.equal((await world.host.info(PATHS.k3sEnvironment))?.mode, 0o600);
    await walk(hostFilesStep, world.with({}));
    assert.equal(await world.host.readText(PATHS.k3sEnvironment), "");
  }));

Deno.test("hostFilesStep puts authorities among those of the machine and takes them out again", () =>
  inSettingsWorld(async (world) => {
    const { host } = world;
    host.put(`${PATHS.caFolder}/of-the-operator.crt`, SECOND_AUTHORITY_PEM);
    const ours = () =>
      [...host.files.keys()].filter((it) => it.startsWith(`${PATHS.caFolder}/alga-appliance-`));
    await walk(hostFilesStep, world.with({ caCerts: AUTHORITY_PEM }));
    assert.equal(ours().length, 1);
    assert.ok((await host.readText(PATHS.caBundle))?.includes(AUTHORITY_PEM.trim()));
    await walk(hostFilesStep, world.with({}));
    assert.deepEqual(ours(), []);
    const bundle = await host.readText(PATHS.caBundle);
    assert.ok(!bundle?.includes(AUTHORITY_PEM.trim()));
    assert.ok(bundle?.includes(SECOND_AUTHORITY_PEM.trim()), "what the operator put there is not ours");
  }));

Deno.test("hostFilesStep is not done while the bundle lacks an authority, and fails with what the program said", () =>
  inSettingsWorld(async (world) => {
    const context = world.with({ caCerts: AUTHORITY_PEM });
    world.host.commands.set("update-ca-certificates", { code: 1, stderr: "rehash: no space\n" });
    await assert.rejects(
      hostFilesStep.act(context),
      /"update-ca-certificates" ended with 1: rehash: no space/,
    );
    assert.equal(await hostFilesStep.look(context), false);
  }));

Deno.test("hostFilesStep is not done while the bundle still has an authority that was taken away", () =>
  inSettingsWorld(async (world) => {
    const { host } = world;
    await walk(hostFilesStep, world.with({ caCerts: AUTHORITY_PEM }));
    const update = host.commands.get("update-ca-certificates");
    host.commands.set("update-ca-certificates", { code: 1, stderr: "killed" });
    await assert.rejects(hostFilesStep.act(world.with({})));
    assert.equal(await hostFilesStep.look(world.with({})), false);
    if (update) host.commands.set("update-ca-certificates", update);
    await walk(hostFilesStep, world.with({}));
    assert.ok(!(await host.readText(PATHS.caBundle))?.includes(AUTHORITY_PEM.trim()));
  }));
