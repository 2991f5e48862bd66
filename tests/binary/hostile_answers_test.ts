import assert from "node:assert/strict";
import { makeCertificates } from "../cluster/certificates.ts";
import { sampleInputs } from "../simulator/agent_process.ts";
import { startWorld } from "../simulator/world.ts";
import { until } from "../until.ts";
import { binaryTest } from "./binary_case.ts";
import { run } from "./program.ts";
import { isHealthy, type RunningAgent, startProgram, withAgent } from "./running_agent.ts";

/** Answers each request on a listener with the same bytes, and counts them. */
function answerAll(listener: Deno.Listener, answer: string): { answered(): number; close(): Promise<void> } {
  let answered = 0;
  const one = async (connection: Deno.Conn) => {
    try {
      if (await connection.read(new Uint8Array(4096)) === null) return;
      const bytes = new TextEncoder().encode(answer);
      for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
      answered++;
      while (await connection.read(new Uint8Array(4096)) !== null);
    } finally {
      connection.close();
    }
  };
  const serving = (async () => {
    // A handshake that the other side breaks off ends with an error of its own.
    for await (const connection of listener) one(connection).catch(() => {});
  })();
  return {
    answered: () => answered,
    async close() {
      listener.close();
      await serving.catch(() => {});
    },
  };
}

/** It answers within the patience of `until`; frozen it did not for minutes. */
async function assertAlive(agent: RunningAgent): Promise<void> {
  await until("it answers", () => isHealthy(agent), (it) => it);
}

await binaryTest("a registry that challenges with one long word freezes nothing", async (program) => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const registry = answerAll(
    listener,
    `HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer ${"x".repeat(200_000)}\r\n` +
      "Content-Length: 0\r\nConnection: close\r\n\r\n",
  );
  try {
    await withAgent(program, async (agent) => {
      const inputs = sampleInputs({ appUrl: "http://127.0.0.1:9" });
      const answer = await agent.request("POST", "/api/v1/setup?checksOnly=true", inputs);
      assert.equal(answer.status, 202, JSON.stringify(answer.body));
      await until("the registry was asked", registry.answered, (it) => it > 0);
      await assertAlive(agent);
      const state = async () => (await agent.request("GET", "/api/v1/setup")).body.state.status;
      await until("the checks have ended", state, (it) => it !== "running");
    }, { args: ["--registry-mirror", `ghcr.io=http://127.0.0.1:${listener.addr.port}`] });
  } finally {
    await registry.close();
  }
});

await binaryTest(
  "a mirror that answers 407 is not taken for a proxy where there is none",
  async (program) => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const mirror = answerAll(
      listener,
      "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    );
    const root = await Deno.makeTempDir({ prefix: "alga-mirror-" });
    try {
      const at = `ghcr.io=http://127.0.0.1:${listener.addr.port}`;
      const { stdout } = await run(program, [
        "preflight",
        "-o",
        "json",
        "--registry-mirror",
        at,
        "--root",
        root,
      ]);
      const results = JSON.parse(stdout).results as {
        id: string;
        status: string;
        found: string;
        remediation: string;
      }[];
      assert.ok(mirror.answered() > 0);
      const address = `127.0.0.1:${listener.addr.port}`;
      const refused = results.filter((it) => it.found.includes("wants a user name and password"));
      assert.ok(refused.length > 0, stdout);
      for (const it of refused) {
        assert.ok(it.found.includes(address), it.found);
        assert.doesNotMatch(it.found + it.remediation, /\bthe proxy/i);
      }
      assert.deepEqual(results.filter((it) => it.id.startsWith("proxy.") && it.status === "fail"), []);
    } finally {
      await mirror.close();
      await Deno.remove(root, { recursive: true });
    }
  },
);

await binaryTest(
  "an application whose certificate is not trusted and whose redirect is all spaces freezes nothing",
  async (program) => {
    const root = await Deno.makeTempDir({ prefix: "alga-hostile-" });
    await makeCertificates(root);
    const listener = Deno.listenTls({
      hostname: "127.0.0.1",
      port: 0,
      cert: await Deno.readTextFile(`${root}/server.crt`),
      key: await Deno.readTextFile(`${root}/server.key`),
    });
    const application = answerAll(
      listener,
      `HTTP/1.1 302 Found\r\nLocation:${" ".repeat(8_000)}a${" ".repeat(7_000)}b\r\n\r\n`,
    );
    const world = await startWorld({ root, timeline: "healthy", speed: 30 });
    const agent = await startProgram(program, { root, args: world.agentArgs.slice(2) });
    try {
      const inputs = sampleInputs({ appUrl: `https://127.0.0.1:${listener.addr.port}` });
      const answer = await agent.request("POST", "/api/v1/setup", inputs);
      assert.equal(answer.status, 202, JSON.stringify(answer.body));
      await until("the application was asked", application.answered, (it) => it > 0);
      await assertAlive(agent);
      const status = async () => JSON.stringify((await agent.request("GET", "/api/status")).body);
      await until("its answer was read", status, (it) => it.includes("certificate"));
    } finally {
      await agent.stop();
      await application.close();
      await world.stop();
      await Deno.remove(root, { recursive: true });
    }
  },
);
