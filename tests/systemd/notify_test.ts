import assert from "node:assert/strict";
import { OPEN_FILES, parseFileLimit } from "../../agent/host/raise_file_limit.ts";
import { binaryTest } from "../binary/binary_case.ts";
import { type RunningAgent, startProgram } from "../binary/running_agent.ts";
import { type NotifySocket, openNotifySocket, untilSilent } from "./notify_socket.ts";
import { until } from "../until.ts";

const WATCHDOG_MS = 900;

/** A service manager and the compiled program that it started. */
async function asService(
  program: string,
  where: (dir: string) => { socket: string; env: Record<string, string> },
  body: (agent: RunningAgent, systemd: NotifySocket) => Promise<void>,
): Promise<void> {
  const dir = await Deno.makeTempDir({ prefix: "alga-notify-" });
  await Deno.mkdir(`${dir}/runtime`);
  await Deno.mkdir(`${dir}/root`);
  const { socket, env } = where(dir);
  const systemd = openNotifySocket(socket);
  let agent: RunningAgent | undefined;
  try {
    agent = await startProgram(program, { root: `${dir}/root`, env: { NOTIFY_SOCKET: socket, ...env } });
    await body(agent, systemd);
  } finally {
    await agent?.stop();
    await systemd.close();
    await Deno.remove(dir, { recursive: true });
  }
}

const atPath = (dir: string) => ({
  socket: `${dir}/notify`,
  env: { RUNTIME_DIRECTORY: `${dir}/runtime`, WATCHDOG_USEC: String(WATCHDOG_MS * 1000) },
});
const pings = (systemd: NotifySocket) => systemd.heard.filter((it) => it.text === "WATCHDOG=1").length;

await binaryTest(
  "the service says READY=1 with its status, pings, and says STOPPING=1",
  (program) =>
    asService(program, atPath, async (agent, systemd) => {
      await until("ready and three pings", () => pings(systemd), (it) => it >= 3);
      // Before all that takes time: a slow start is not ended and begun again.
      assert.equal(systemd.heard[0]?.text, "EXTEND_TIMEOUT_USEC=180000000");
      assert.match(systemd.heard[1]?.text ?? "", /^READY=1\nSTATUS=[A-Z][^\n]+$/);
      assert.equal(systemd.heard.filter((it) => it.text.includes("READY=1")).length, 1);
      await until("the headline", () =>
        systemd.heard, (it) =>
        it.some(({ text }) => text.endsWith("STATUS=Not set up yet")));

      const { code } = await agent.stop("SIGTERM");
      assert.equal(code, 0);
      await until("the last word", () =>
        systemd.heard.at(-1)?.text, (it) =>
        it === "STOPPING=1\nSTATUS=Stopping");
      // Its own end of the socket lies in the runtime folder and goes with it.
      assert.deepEqual([...Deno.readDirSync(`${agent.root}/../runtime`)], []);
    }),
);

await binaryTest(
  "without a runtime folder and a watchdog it is told all the same, without pings",
  (program) =>
    asService(program, (dir) => ({ socket: `${dir}/notify`, env: {} }), async (agent, systemd) => {
      await until("ready", () => systemd.heard[1]?.text ?? "", (it) => it.startsWith("READY=1\n"));
      assert.equal((await agent.stop("SIGTERM")).code, 0);
      assert.equal(pings(systemd), 0, "nobody asked for pings");
    }),
);

await binaryTest(
  "the headline follows in STATUS=",
  (program) =>
    asService(program, atPath, async (agent, systemd) => {
      const inputs = {
        appUrl: "http://127.0.0.1:9",
        tenantName: "Example Ltd",
        adminFirstName: "Maria",
        adminLastName: "Example",
        adminEmail: "maria@example.com",
        adminPassword: "Correct-Horse7!",
      };
      const answer = await agent.request("POST", "/api/v1/setup", inputs);
      assert.equal(answer.status, 202, JSON.stringify(answer.body));
      await until(
        "another headline",
        () => systemd.heard.map((it) => it.text),
        (all) => all.some((it) => /^STATUS=(?!Not set up yet|Looking)[^\n]+$/.test(it)),
      );
      for (const { text } of systemd.heard) assert.ok(!text.includes("Correct-Horse7!"));
    }),
);

await binaryTest(
  "a process that hangs does not ping; one that goes on does again",
  (program) =>
    asService(program, atPath, async (agent, systemd) => {
      await until("pings", () => pings(systemd), (it) => it >= 2);
      Deno.kill(agent.pid, "SIGSTOP");
      await untilSilent(systemd, 3 * WATCHDOG_MS);
      const before = pings(systemd);
      Deno.kill(agent.pid, "SIGCONT");
      await until("pings again", () => pings(systemd), (it) => it > before);
    }),
);

await binaryTest(
  "one that can open no more files is deaf and does not ping, though its main loop runs",
  (program) =>
    asService(program, atPath, async (agent, systemd) => {
      await until("pings", () => pings(systemd), (it) => it >= 2);
      const limit = async (soft: number) => {
        const args = ["--pid", String(agent.pid), `--nofile=${soft}:`];
        assert.ok((await new Deno.Command("prlimit", { args }).output()).success);
      };
      await limit(4);
      await untilSilent(systemd, 3 * WATCHDOG_MS);
      const before = pings(systemd);
      await limit(1024);
      await until("pings again", () => pings(systemd), (it) => it > before);
    }),
);

await binaryTest("the limit of open files is raised at start as far as it may be", async (program) => {
  const dir = await Deno.makeTempDir({ prefix: "alga-limit-" });
  const agent = await startProgram(program, { root: dir, wrapper: ["prlimit", "--nofile=1024:"] });
  const limits = async () => {
    const { stdout } = await new Deno.Command("cat", { args: [`/proc/${agent.pid}/limits`] }).output();
    return parseFileLimit(new TextDecoder().decode(stdout));
  };
  try {
    const { hard } = await limits();
    assert.ok(hard > 1024, "this machine lets nobody open more");
    await until("the limit", limits, ({ soft }) => soft === Math.min(OPEN_FILES, hard));
  } finally {
    await agent.stop();
    await Deno.remove(dir, { recursive: true });
  }
});

for (const [what, socket] of [["is gone", "/nobody"], ["cannot be reached", "@abstract"]] as const) {
  await binaryTest(`a service manager that ${what} does not stop the service`, async (program) => {
    const dir = await Deno.makeTempDir({ prefix: "alga-notify-" });
    const agent = await startProgram(program, {
      root: dir,
      env: { NOTIFY_SOCKET: socket.startsWith("/") ? dir + socket : socket, WATCHDOG_USEC: "100000" },
    });
    try {
      await until("it says so", () => agent.output(), (it) => it.includes("systemd was not told: "));
      assert.equal((await agent.stop("SIGTERM")).code, 0);
    } finally {
      await agent.stop();
      await Deno.remove(dir, { recursive: true });
    }
  });
}
