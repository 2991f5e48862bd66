import assert from "node:assert/strict";
import type { SettingsPlan, SettingsView } from "../../agent/settings/settings_view.ts";
import { KEYS_FOLLOWER } from "../../agent/settings/follow_keys.ts";
import { KINDS } from "../../k8s/mod.ts";
import { SITE_KEY_PATH, SITE_PUBLIC_KEY } from "../agent/trust/site_key.ts";
import { PATHS } from "../../agent/state/paths.ts";
import { type AgentProcess, sampleInputs } from "../simulator/agent_process.ts";
import type { World } from "../simulator/world.ts";
import { until } from "../until.ts";
import { fetchSetup, fetchStatus, startCompiled, withAppliance } from "./walk.ts";

const ADDRESS = "https://other.example.com";
const OWN_DNS = "192.0.2.77";

async function setUp(agent: AgentProcess, world: World): Promise<void> {
  await agent.request("POST", "/api/v1/setup", sampleInputs(world));
  await until("setup ends", () => fetchSetup(agent), (it) => {
    assert.notEqual(it.state.status, "blocked", JSON.stringify(it.preflight));
    return it.state.status === "done";
  }, 120);
  await until("everything runs", () => fetchStatus(agent), (it) => it.rollup.state === "fully_healthy", 120);
}

const settings = async (agent: AgentProcess) =>
  (await agent.request("GET", "/api/v1/settings")).body as SettingsView;
const resolvConf = (world: World) => Deno.readTextFile(`${world.root}/etc/rancher/k3s/resolv.conf`);

async function applied(agent: AgentProcess): Promise<SettingsView> {
  return await until("the change is applied", () => settings(agent), (it) => {
    const { state } = it.operation;
    assert.ok(state.status !== "failed", JSON.stringify(state));
    return state.status === "done";
  }, 120);
}

Deno.test("set up, then another address and other DNS servers: values, resolv.conf and exactly the pods that read them", async () => {
  await withAppliance("healthy", async (agent, world) => {
    await setUp(agent, world);
    const kube = world.client();
    try {
      const generations = async () =>
        Object.fromEntries(
          [...(await kube.list(KINDS.Deployment)).items, ...(await kube.list(KINDS.StatefulSet)).items]
            .map((it) => [it.metadata.name, it.metadata.generation]),
        );
      const before = await generations();
      // Nobody answers there: the check of the address cannot be made, which may be accepted.
      const change = { appUrl: ADDRESS, dnsMode: "custom", dnsServers: [OWN_DNS] };
      const { body: plan } = await agent.request("POST", "/api/v1/settings/plan", change) as {
        body: SettingsPlan;
      };
      assert.deepEqual(plan.changed, ["appUrl", "dnsMode", "dnsServers"]);
      const planned = plan.steps.flatMap((it) => it.changes ?? []).filter((it) => it.to === "restarted").map((
        it,
      ) => it.object.split("/")[1]);
      assert.deepEqual(planned, ["coredns", "alga-core-sebastian", "temporal-worker"]);
      assert.deepEqual(await generations(), before, "a plan changes nothing");

      assert.equal((await agent.request("PUT", "/api/v1/settings", change)).status, 202);
      await acceptAll(agent);
      const { rows, operation } = await applied(agent);
      const after = await generations();
      const restarted = Object.keys(after).filter((it) => after[it] !== before[it]);
      assert.deepEqual(restarted.toSorted(), ["alga-core-sebastian", "coredns", "temporal-worker"]);
      assert.equal(await resolvConf(world), `nameserver ${OWN_DNS}\n`);
      const map = await kube.get({
        resource: KINDS.ConfigMap,
        namespace: "alga-system",
        name: "appliance-values-alga-core",
      });
      assert.match(
        map?.data?.["alga-core.single-node.yaml"] ?? "",
        /appUrl: "https:\/\/other\.example\.com"/,
      );
      assert.equal((await world.commands()).filter((it) => it === "systemctl restart k3s").length, 0);
      const address = rows.find((it) => it.field === "appUrl");
      assert.equal(address?.value, ADDRESS);
      assert.ok(typeof address?.origin === "object" && address.origin.by.length > 0);
      assert.ok(operation.steps.every((it) => it.status === "done"));

      // The same again is nothing to do.
      const again = await agent.request("PUT", "/api/v1/settings", change);
      assert.deepEqual([again.status, (again.body as { reason: string }).reason], [409, "nothing-changed"]);

      // The application's host is known by itself; another name from the moment on in which it is a setting.
      const byName = (name: string) => statusFor(agent, name);
      const reverseProxy = "alga.example.net";
      assert.deepEqual([await byName("other.example.com"), await byName(reverseProxy)], [200, 421]);
      const named = await agent.request("PUT", "/api/v1/settings", { publicNames: "Alga.Example.net" });
      assert.equal(named.status, 202);
      await until("the name is known", () => byName(reverseProxy), (it) => it === 200);
      assert.equal(await byName("evil.example.net"), 421);
      assert.deepEqual(await generations(), after, "a name restarts nothing");

      await applied(agent);
      await Deno.mkdir(world.root + PATHS.keyFolder, { recursive: true, mode: 0o755 });
      await Deno.writeTextFile(world.root + SITE_KEY_PATH, SITE_PUBLIC_KEY, { mode: 0o644 });
      const keys = { resource: KINDS.Secret, namespace: "flux-system", name: "alga-release-keys" };
      await until("Flux has the key of this site", () => kube.get(keys), (it) => it !== undefined, 120);
      await applied(agent);
      await until(
        "the status tells of it",
        async () => (await fetchStatus(agent)).recent,
        (it) => it.some(({ text }) => text.includes(KEYS_FOLLOWER)),
      );
      assert.deepEqual(await generations(), after, "a key restarts nothing");
    } finally {
      kube.close();
    }
  });
});

/** What the sign-in page answers to somebody who calls the appliance by a name. */
async function statusFor(agent: AgentProcess, name: string): Promise<number> {
  const { hostname, port } = new URL(agent.url);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  try {
    await connection.write(
      new TextEncoder().encode(`GET /login HTTP/1.1\r\nHost: ${name}\r\nConnection: close\r\n\r\n`),
    );
    const text = await new Response(connection.readable).text();
    return Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1]);
  } finally {
    try {
      connection.close();
    } catch { /* closed by its stream */ }
  }
}

/** Nobody asks real servers here: findings of the network's checks are accepted, where they may be. */
async function acceptAll(agent: AgentProcess): Promise<void> {
  const view = await until("the check ends", () => settings(agent), (it) => {
    const { state } = it.operation;
    return state.status !== "running" || state.stepId !== "check";
  }, 60);
  const { state, conditions } = view.operation;
  if (state.status !== "blocked") return;
  const reply = await agent.request("POST", "/api/v1/settings/acknowledge", {
    checkIds: conditions.map((it) => it.id),
  });
  assert.equal(reply.status, 202, JSON.stringify([reply.body, conditions]));
}

/** Steps amid which the agent is killed, each with a change of its own. */
const KILLED_AT = ["try", "cluster-dns", "releases"];

Deno.test("killed amid a change, the next start brings it to its end", async () => {
  await withAppliance("healthy", async (first, world) => {
    await setUp(first, world);
    let agent = first;
    try {
      for (const [i, stepId] of KILLED_AT.entries()) {
        const change = {
          appUrl: `http://192.168.64.8:${3100 + i}`,
          dnsMode: "custom",
          dnsServers: [`192.0.2.${100 + i}`],
        };
        const before = (await Deno.readTextFile(world.root + PATHS.journal)).length;
        assert.equal((await agent.request("PUT", "/api/v1/settings", change)).status, 202);
        const accepting = acceptAll(agent).catch(() => {}); // it may die meanwhile
        await until(
          `${stepId} begins`,
          () => journalAfter(world, before),
          (it) => it.includes(`"stepId":"${stepId}"`),
          60,
        );
        await agent.kill("SIGKILL");
        await accepting;
        agent = await startCompiled(world);
        await applied(agent);
        assert.equal(await resolvConf(world), `nameserver ${change.dnsServers[0]}\n`, stepId);
        const { rows } = await settings(agent);
        assert.equal(rows.find((it) => it.field === "appUrl")?.value, change.appUrl, stepId);
        const told = await journalAfter(world, before);
        assert.equal(told.split('"settings.requested"').length, 2, `${stepId}: one request`);
      }
    } finally {
      if (agent !== first) await agent.kill("SIGKILL");
    }
  });
});

async function journalAfter(world: World, length: number): Promise<string> {
  return (await Deno.readTextFile(world.root + PATHS.journal)).slice(length);
}
