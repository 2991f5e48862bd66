import assert from "node:assert/strict";
import { readBundle } from "../../agent/bundle/read_bundle.ts";
import { leaksOf } from "../bundle/scan_gitleaks.ts";
import { KINDS, type KubeObject } from "../../k8s/mod.ts";
import { sampleInputs } from "../simulator/agent_process.ts";
import { signIn } from "../simulator/sign_in.ts";
import { startWorld, type World } from "../simulator/world.ts";
import { until } from "../until.ts";
import { binaryTest } from "./binary_case.ts";
import { run } from "./program.ts";
import { startProgram } from "./running_agent.ts";

/** Each in a place of its own, in the words of a real program. */
const SECRETS = {
  pod: "Geheim-Pod-71",
  event: "Geheim-Event-72",
  flux: "Geheim-Flux-73",
  proxy: "Geheim-Proxy-74",
} as const;
const SAID = {
  pod: `Back-off pulling: proxyconnect http://maria:${SECRETS.pod}@proxy.example:3128: marker-pod not found`,
  event: `Failed to pull image: not found, marker-event, Authorization: Bearer ${SECRETS.event}`,
  flux: `Helm install failed: marker-flux: cannot connect with password=${SECRETS.flux}: not found`,
} as const;

/** Has pod, event and Flux of one part say what they should not. */
async function spill(world: World): Promise<void> {
  const kube = world.client();
  try {
    world.pause();
    const { items } = await kube.list(KINDS.Pod, { namespace: "msp" });
    const pod = items.find((it: KubeObject) => it.metadata.name.includes("workflow-worker"));
    assert.ok(pod, "the pod that waits for its image");
    const ref = { resource: KINDS.Pod, namespace: "msp", name: pod.metadata.name };
    const containerStatuses = ((pod.status?.containerStatuses ?? []) as Record<string, unknown>[]).map((
      it,
    ) => ({
      ...it,
      state: { waiting: { reason: "ErrImagePull", message: SAID.pod } },
    }));
    await kube.patch(ref, { status: { containerStatuses } }, { subresource: "status" });
    const { apiVersion, metadata } = pod;
    const at = new Date().toISOString();
    await kube.apply({
      apiVersion: "v1",
      kind: "Event",
      metadata: { name: "spilt", namespace: "msp" },
      involvedObject: { apiVersion, kind: "Pod", namespace: "msp", name: metadata.name, uid: metadata.uid },
      reason: "Failed",
      type: "Warning",
      message: SAID.event,
      count: 1,
      firstTimestamp: at,
      lastTimestamp: at,
    }, { force: true });
    const release = { resource: KINDS.HelmRelease, namespace: "alga-system", name: "workflow-worker" };
    const conditions = [{ type: "Ready", status: "False", reason: "InstallFailed", message: SAID.flux }];
    await kube.patch(release, { status: { conditions } }, { subresource: "status" });
  } finally {
    kube.close();
  }
}

await binaryTest(
  "what pods, events and Flux say of credentials is masked on page, API, command line and in the bundle; the proxy's password never goes back",
  async (program) => {
    const root = await Deno.makeTempDir({ prefix: "alga-outside-" });
    const world = await startWorld({ root, timeline: "missing-background-image", speed: 60 });
    const agent = await startProgram(program, {
      root,
      args: world.agentArgs,
      wrapper: ["sh", "-c", 'umask 077 && exec "$0" "$@"'],
    });
    try {
      const answers = {
        ...sampleInputs(world),
        proxyUrl: `http://maria:${SECRETS.proxy}@127.0.0.1:9`,
        noProxy: "127.0.0.1",
      };
      const checked = await agent.request("POST", "/api/v1/setup?checksOnly=true", answers);
      assert.equal(checked.status, 202, JSON.stringify(checked.body));
      const setup = async () => (await agent.request("GET", "/api/v1/setup")).body;
      await until("the checks have run", setup, (it) => it.state.status === "checked");
      const cookie = await signIn(agent.url, agent.token);
      const page = async (path: string) =>
        await (await fetch(agent.url + path, { headers: { cookie } })).text();
      const form = await page("/setup?edit=1");
      assert.match(form, /maria@127\.0\.0\.1:9/);
      assert.ok(!form.includes(SECRETS.proxy), "the form has the proxy's password");

      assert.equal((await agent.request("POST", "/api/v1/setup", sampleInputs(world))).status, 202);
      const status = async () => (await agent.request("GET", "/api/status")).body;
      const blocked = (it: { topBlockers: { id: string }[] }) =>
        it.topBlockers.some(({ id }) => id === "img.not-found");
      await until("the missing image is told", status, blocked, 90);
      // Again and again: what the stand-ins had begun when they were held still may come last.
      await until("what was said is quoted", async () => {
        await spill(world);
        return JSON.stringify(await status());
      }, (it) => it.includes("marker-"));
      const cli = async (...args: string[]) => {
        const { stdout, stderr } = await run(program, [...args, "--root", root]);
        return stdout + stderr;
      };
      assert.equal(
        (await run(program, ["bundle", "--output", `${root}/bundle.tar.gz`, "--root", root])).code,
        0,
      );
      const bundle = await new Deno.Command("tar", { args: ["-xzOf", `${root}/bundle.tar.gz`] }).output();
      assert.deepEqual(
        await leaksOf(await readBundle((await Deno.open(`${root}/bundle.tar.gz`)).readable)),
        [],
      );
      const all: Record<string, string> = {
        "the status page": await page("/?live=off"),
        "the setup page": await page("/setup?live=off"),
        "the settings page": await page("/settings?live=off"),
        "the text for Alga support": await page("/findings/img.not-found.txt"),
        "/api/status": JSON.stringify(await status()),
        "/api/v1/status": JSON.stringify((await agent.request("GET", "/api/v1/status")).body),
        "/api/v1/findings": JSON.stringify((await agent.request("GET", "/api/v1/findings")).body),
        "/api/v1/setup": JSON.stringify(await setup()),
        "status": await cli("status"),
        "status -o json": await cli("status", "-o", "json"),
        "status --for-support": await cli("status", "--for-support"),
        "the bundle": new TextDecoder().decode(bundle.stdout),
        "the log": agent.output(),
      };
      const leaks = Object.entries(all).flatMap(([what, text]) =>
        Object.values(SECRETS).filter((it) => text.includes(it)).map((it) => `${what}: ${it}`)
      );
      assert.deepEqual(leaks, []);
      for (const marker of ["marker-pod", "marker-event", "marker-flux"]) {
        assert.ok(
          all["the bundle"]?.includes(marker),
          `${marker} is not in the bundle, so nothing was masked there`,
        );
      }
      const config = await Deno.readTextFile(`${root}/etc/rancher/k3s/config.yaml`);
      assert.match(config, /^secrets-encryption: true$/m);
      assert.ok((await world.commands()).includes("umask 0022"), "of the service it is 0077");
      const modeOf = async (path: string) => ((await Deno.stat(root + path)).mode ?? 0) & 0o777;
      assert.equal(await modeOf("/etc/systemd/system/k3s.service"), 0o644, "the installer's, for everybody");
      assert.equal(await modeOf("/etc/rancher/k3s/config.yaml"), 0o600, "the agent's own");
    } finally {
      await agent.stop();
      await world.stop();
      await Deno.remove(root, { recursive: true });
    }
  },
);
