import assert from "node:assert/strict";
import { sampleInputs } from "../simulator/agent_process.ts";
import { startWorld, type World } from "../simulator/world.ts";
import { binaryTest } from "./binary_case.ts";
import { type RunningAgent, startProgram } from "./running_agent.ts";
import { until } from "../until.ts";

/** What waits for something that hangs needs the limit of that, 8 s and more, each time it is asked. */
const SOON_MS = 5_000;

/** A TCP server that accepts and says nothing, or hands everything on. */
interface Gate {
  port: number;
  /** `undefined` = take connections and never answer. */
  target: number | undefined;
  accepted(): number;
  close(): void;
}

function openGate(target: number | undefined): Gate {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.Conn>();
  let accepted = 0;
  const gate: Gate = {
    port: (listener.addr as Deno.NetAddr).port,
    target,
    accepted: () => accepted,
    close() {
      listener.close();
      for (const it of open) tryClose(it);
    },
  };
  (async () => {
    for await (const connection of listener) {
      accepted++;
      open.add(connection);
      if (gate.target === undefined) continue;
      const inner = await Deno.connect({ hostname: "127.0.0.1", port: gate.target });
      open.add(inner);
      const over = () => [connection, inner].forEach(tryClose);
      connection.readable.pipeTo(inner.writable).then(over, over);
      inner.readable.pipeTo(connection.writable).then(over, over);
    }
  })().catch(() => {});
  /** What is open hangs from now on, too. */
  return new Proxy(gate, {
    set(it, key, value) {
      if (key === "target") {
        for (const connection of open) tryClose(connection);
        open.clear();
      }
      return Reflect.set(it, key, value);
    },
  });
}

function tryClose(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // Closed by the other side.
  }
}

async function inWorld(body: (world: World) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir({ prefix: "alga-trouble-" });
  const world = await startWorld({ root, timeline: "healthy", speed: 30 });
  try {
    await body(world);
  } finally {
    await world.stop();
    await Deno.remove(root, { recursive: true });
  }
}

/** Pages and document answer soon, whatever hangs behind them. */
async function assertAnswersSoon(agent: RunningAgent): Promise<void> {
  for (const path of ["/?live=off", "/api/status", "/healthz", "/setup?live=off"]) {
    // Once is enough: a loaded machine may be late, too, but not for ever.
    await until(
      `${path} answers soon`,
      async () => {
        const startedMs = Date.now();
        const { status } = await agent.request("GET", path);
        assert.equal(status, 200, path);
        return Date.now() - startedMs;
      },
      (tookMs) => tookMs < SOON_MS,
      120,
    );
  }
}

await binaryTest(
  "an API server that accepts and never answers makes the status unknown, not failed, and slow for nobody",
  (program) =>
    inWorld(async (world) => {
      const realPort = Number(new URL(world.api?.url ?? "").port);
      const gate = openGate(realPort);
      // The simulated k3s writes its kubeconfig only where there is none.
      const kubeconfig = `${world.root}/through-the-gate.yaml`;
      await Deno.writeTextFile(
        kubeconfig,
        world.api?.kubeconfig.replaceAll(`:${realPort}`, `:${gate.port}`) ?? "",
      );
      const agent = await startProgram(program, {
        root: world.root,
        args: [...world.agentArgs.slice(2), "--kubeconfig", kubeconfig],
      });
      const status = async () => (await agent.request("GET", "/api/status")).body;
      try {
        assert.equal((await agent.request("POST", "/api/v1/setup", sampleInputs(world))).status, 202);
        await until("healthy", status, (it) => it.rollup.state === "fully_healthy", 90);

        gate.target = undefined;
        const silent = await until(
          "Kubernetes is known to be silent",
          status,
          (it) => it.sources.find((s: { name: string }) => s.name === "kubernetes").state === "not-answering",
          90,
        );
        assert.notEqual(silent.rollup.state, "failed_action_required", JSON.stringify(silent.topBlockers));
        assert.ok(gate.accepted() > 0);
        await assertAnswersSoon(agent);
        const later = await status();
        for (const tier of ["core", "bootstrap", "background"]) {
          assert.equal(later.tiers[tier].status, "unknown", `${tier}: ${later.tiers[tier].message}`);
        }
        // The sign-in page is asked on its own way, so that is still known.
        assert.equal(later.tiers.login.ready, true);
        assert.equal(later.rollup.state, "ready_with_background_issues");
        assert.equal(later.topBlockers[0].id, "k3s.api-down");
        assert.ok(
          later.sources.find((s: { name: string }) => s.name === "kubernetes").lastContactAt !== null,
        );

        gate.target = realPort;
        await until("healthy again", status, (it) => it.rollup.state === "fully_healthy", 90);
      } finally {
        await agent.stop();
        gate.close();
      }
    }),
);

await binaryTest(
  "a registry that accepts and never answers ends the checks with its name",
  (program) =>
    inWorld(async (world) => {
      const gate = openGate(undefined);
      const agent = await startProgram(program, {
        root: world.root,
        args: ["--registry-mirror", `ghcr.io=http://127.0.0.1:${gate.port}`],
      });
      try {
        assert.equal((await agent.request("POST", "/api/v1/setup", sampleInputs(world))).status, 202);
        await until("the registry was asked", () => gate.accepted(), (it) => it > 0);
        await assertAnswersSoon(agent);
        const view = await until(
          "the checks have ended",
          async () => (await agent.request("GET", "/api/v1/setup")).body,
          (it) => it.state.status === "blocked",
          60, // the checks promise 20 s; the rest is for a loaded machine
        );
        const named = view.preflight.results.filter((it: { status: string; found: string }) =>
          ["fail", "error"].includes(it.status) && /ghcr\.io|127\.0\.0\.1/.test(it.found)
        );
        assert.ok(named.length > 0, JSON.stringify(view.preflight.results));
        assert.deepEqual(
          (await world.commands()).filter((it) => /k3s|systemctl (?!list-units)/.test(it)),
          [],
        );
      } finally {
        await agent.stop();
        gate.close();
      }
    }),
);

await binaryTest(
  "a registry that hangs after the checks is named and tried again, then setup goes on",
  (program) =>
    inWorld(async (world) => {
      const journal = `${world.root}/var/lib/alga-appliance/journal.jsonl`;
      let isBroken = true;
      // From the first word of the walk about its second step on.
      const when = () => isBroken && Deno.readTextFileSync(journal).includes('"stepId":"resolve"');
      world.registry.faults?.push({ match: "", hang: true, when });
      const agent = await startProgram(program, { root: world.root, args: world.agentArgs.slice(2) });
      const setup = async () => (await agent.request("GET", "/api/v1/setup")).body;
      try {
        assert.equal((await agent.request("POST", "/api/v1/setup", sampleInputs(world))).status, 202);
        const failed = await until("it failed", setup, (it) => it.state.status === "failed", 180);
        assert.equal(failed.state.failure.stepId, "resolve", JSON.stringify(failed.state.failure));
        assert.match(JSON.stringify(failed.state.failure), /ghcr\.io|127\.0\.0\.1/);
        assert.equal(failed.state.failure.retrySafe, true);
        assert.ok(failed.state.nextAttemptAt !== undefined);
        await assertAnswersSoon(agent);

        isBroken = false;
        await until("setup is done", setup, (it) => it.state.status === "done", 180);
      } finally {
        await agent.stop();
      }
    }),
);
