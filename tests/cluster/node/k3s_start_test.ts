import assert from "node:assert/strict";
import { PATHS } from "../../../agent/state/paths.ts";
import type { SetupView } from "../../../agent/setup/setup_state.ts";
import { until } from "../../until.ts";
import { fetchSetup } from "../../walk/walk.ts";
import { type Appliance, startAppliance } from "../appliance.ts";
import { endInside } from "../child_process.ts";
import { exists } from "../exists.ts";
import { nodeRequirements } from "./node_requirements.ts";
import type { RealNode } from "./real_node.ts";

const requirements = await nodeRequirements();
const HOLD_PORT = `const [port, held] = Deno.args;
for (let listener; !listener;) {
  try { listener = Deno.listen({ port: Number(port) }); } catch { await new Promise((r) => setTimeout(r, 20)); }
}
Deno.writeTextFileSync(held, "");
setInterval(() => {}, 1_000);
`;
/** Of a minute and a half, which k3s takes. */
const DEAF_MS = 8_000;
const DROP_IN = `${PATHS.k3sConfig}.d/90-site.yaml`;

/** What keeps k3s from its start, and what a person reads of it. */
interface Obstacle {
  name: string;
  id: string;
  title: RegExp;
  next: RegExp;
  /** Puts it in the way; gives what takes it away. */
  put(node: RealNode): Promise<() => Promise<void>>;
}

/** In this order k3s meets each for certain: the next is in its way before the one before it goes. */
const OBSTACLES: readonly Obstacle[] = [
  {
    name: "the port of the kubelet in other hands",
    id: "k3s.start-port",
    title: /^Kubernetes cannot start: port 10250 is in use$/,
    next: /"sudo ss -ltunp" shows who uses port 10250\)/,
    put: (node) => holdPort(node, 10250),
  },
  {
    name: "the port of the API in other hands",
    id: "k3s.start-port",
    title: /^Kubernetes cannot start: port 6443 is in use$/,
    next: /"sudo ss -ltunp" shows who uses port 6443\)\. Kubernetes then starts by itself\.$/,
    put: (node) => holdPort(node, 6443),
  },
  {
    name: "a token without its form",
    id: "k3s.token-invalid",
    title: /^Kubernetes does not accept its own key$/,
    next: /^Restore the token in \/etc\/rancher\/k3s\/config\.yaml from a copy/,
    async put({ root }) {
      await Deno.mkdir(`${root}${PATHS.k3sConfig}.d`, { recursive: true });
      await Deno.writeTextFile(root + DROP_IN, "token: K10damaged\n");
      return () => Deno.remove(root + DROP_IN);
    },
  },
  {
    name: "a list of registries that cannot be read, and an end that is not heeded",
    id: "k3s.registries-invalid",
    title: /^Kubernetes cannot read its list of registries$/,
    next: /stopping it may take a minute and a half\.$/,
    async put({ root, namespace }) {
      const path = root + PATHS.k3sRegistries;
      const good = await Deno.readTextFile(path);
      await Deno.writeTextFile(path, "mirrors:\n  a: [\n");
      return async () => {
        await Deno.writeTextFile(path, good);
        await namespace.must([`${root}/usr/bin/systemctl`, "restart", "k3s"]);
      };
    },
  },
];

Deno.test({
  name: `what keeps k3s from its start is told in its order, and k3s starts by itself once nothing does${
    requirements.ok ? "" : ` (skipped: ${requirements.reason})`
  }`,
  ignore: !requirements.ok,
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(t) {
    const appliance = await startAppliance({}, { deafMs: DEAF_MS });
    const { node } = appliance;
    try {
      let takeAway = () => Promise.resolve();
      let isSetUpBegun = false;
      for (const obstacle of OBSTACLES) {
        await t.step(`${obstacle.name}: ${obstacle.id}`, async () => {
          // There before the one before it goes.
          const next = await obstacle.put(node);
          await takeAway();
          takeAway = next;
          if (!isSetUpBegun) await begin(appliance);
          isSetUpBegun = true;
          const [first] = await until(
            `${obstacle.name} is told`,
            async () => (await appliance.status()).topBlockers,
            ([it]) => it?.id === obstacle.id && obstacle.title.test(it.title),
            120,
          );
          assert.match(first?.nextAction ?? "", obstacle.next);
        });
      }
      await t.step(
        "with nothing in the way Kubernetes is installed, and nothing is told of it any more",
        async () => {
          await takeAway();
          const isDone = (it: SetupView) =>
            it.steps.some(({ id, status }) => id === "k3s" && status === "done");
          await until("the step of k3s is done", () => fetchSetup(appliance.agent), isDone, 240);
          const ids = async () => (await appliance.status()).topBlockers.map((it) => it.id);
          await until("k3s is not told", ids, (it) => !it.some((id) => id.startsWith("k3s.")), 90);
        },
      );
    } finally {
      await appliance.stop();
    }
  },
});

/** As far as the first change: the checks are about other things, and what may be accepted of them is. */
async function begin({ agent, inputs }: Appliance): Promise<void> {
  const { status } = await agent.request("POST", "/api/v1/setup", inputs);
  assert.equal(status, 202);
  const view = await until(
    "the checks are over",
    () => fetchSetup(agent),
    ({ state }) => state.status === "blocked" || state.status === "running" && state.stepId === "k3s",
    120,
  );
  if (view.state.status !== "blocked") return;
  const bad = view.preflight?.results.filter((it) => it.status === "fail" || it.status === "error") ?? [];
  assert.ok(bad.every((it) => it.overridable), JSON.stringify(bad));
  const checkIds = bad.map((it) => it.id);
  assert.equal((await agent.request("POST", "/api/v1/setup/acknowledge", { checkIds })).status, 202);
}

/** Another program of the machine listens there, from the moment on in which nobody else does. */
async function holdPort({ namespace }: RealNode, port: number): Promise<() => Promise<void>> {
  const script = `${namespace.dir}/hold-port.ts`;
  const held = `${namespace.dir}/held-${port}`;
  await Deno.writeTextFile(script, HOLD_PORT);
  const args = ["run", "-A", "--quiet", "--no-check", "--no-config"] as const;
  const child = namespace.start([Deno.execPath(), ...args, script, `${port}`, held]);
  await until("the port is taken", () => exists(held), (it) => it, 60);
  return () => endInside(child);
}
