import assert from "node:assert/strict";
import { stringify } from "yaml";
import { sampleInputs } from "../simulator/agent_process.ts";
import { startWorld, type World } from "../simulator/world.ts";
import { signIn } from "../simulator/sign_in.ts";
import { binaryTest } from "./binary_case.ts";
import { run } from "./program.ts";
import { type RunningAgent, startProgram, withAgent } from "./running_agent.ts";
import { until } from "../until.ts";

const TOKEN = /^[0-9A-Z]{5}(-[0-9A-Z]{5}){5}\n$/;

async function inWorld(
  timeline: string,
  body: (agent: RunningAgent, world: World) => Promise<void>,
  program: string,
) {
  const root = await Deno.makeTempDir({ prefix: "alga-cli-" });
  const world = await startWorld({ root, timeline, speed: 30 });
  let agent: RunningAgent | undefined;
  try {
    agent = await startProgram(program, { root, args: world.agentArgs });
    await body(agent, world);
  } finally {
    await agent?.stop();
    await world.stop();
    await Deno.remove(root, { recursive: true });
  }
}

await binaryTest(
  "token show makes the token where there is none, and shows the same again",
  async (program) => {
    const root = await Deno.makeTempDir({ prefix: "alga-cli-" });
    try {
      const first = await run(program, ["token", "show", "--root", root]);
      assert.equal(first.code, 0, first.stderr);
      assert.match(first.stdout, TOKEN);
      assert.deepEqual(await run(program, ["token", "show", "--root", root]), first);
      const rotated = await run(program, ["token", "rotate", "--root", root]);
      assert.match(rotated.stdout, TOKEN);
      assert.notEqual(rotated.stdout, first.stdout);
      assert.equal(rotated.stderr, "New token made. Every browser has to sign in again.\n");
      const file = await Deno.stat(`${root}/var/lib/alga-appliance/setup-token`);
      assert.equal((file.mode ?? 0) & 0o777, 0o600);
    } finally {
      await Deno.remove(root, { recursive: true });
    }
  },
);

await binaryTest(
  "token rotate beside the running agent ends old sessions and the old token",
  (program) =>
    withAgent(program, async (agent) => {
      const cookie = await signIn(agent.url, agent.token);
      const old = await agent.token();
      const statusOf = async (headers: Record<string, string>) => {
        const response = await fetch(`${agent.url}/api/status`, { headers });
        await response.body?.cancel();
        return response.status;
      };
      assert.equal(await statusOf({ cookie }), 200);
      const { stdout } = await run(program, ["token", "rotate", "--root", agent.root]);
      await until("the session has ended", () => statusOf({ cookie }), (it) => it === 401);
      assert.equal(await statusOf({ authorization: `Bearer ${old}` }), 401);
      assert.equal(await statusOf({ authorization: `Bearer ${stdout.trim()}` }), 200);
      assert.equal(await statusOf({ cookie }), 401);
    }),
);

await binaryTest(
  "setup --from-file walks to the end; status follows with its exit codes; again is refused",
  (program) =>
    inWorld("missing-background-image", async (agent, world) => {
      const place = ["--root", agent.root];
      assert.equal((await run(program, ["status", ...place])).code, 5);
      const answers = stringify(sampleInputs(world));
      const setup = await run(program, ["setup", "--from-file", "-", ...place], { stdin: answers });
      assert.equal(setup.code, 0, setup.stderr);
      assert.equal(setup.stdout, `Ready to log in: ${world.appUrl}.\n`);
      assert.match(setup.stderr, /^\d\d:\d\d:\d\d k3s {7}/m);
      assert.ok(!setup.stderr.includes("Correct-Horse7!"));

      const table = await until(
        "the image is missed",
        () => run(program, ["status", ...place]),
        (it) => it.code === 4 && it.stdout.includes("img.not-found"),
      );
      assert.match(table.stdout, /^Ready to log in\. [^\n]*\nNext: /);
      assert.ok(!table.stdout.includes("\x1b"), "not a terminal: no colours");
      const json = await run(program, ["status", "-o", "json", ...place]);
      assert.equal(json.code, 4);
      assert.equal(JSON.parse(json.stdout).rollup.state, "ready_with_background_issues");

      const again = await run(program, ["setup", "--from-file", "-", ...place], { stdin: answers });
      assert.deepEqual([again.code, again.stdout], [1, ""]);
      assert.match(again.stderr, /^This appliance has its company and administrator/);
    }, program),
);

await binaryTest(
  "preflight runs without the agent, as table and as JSON, and changes nothing",
  async (program) => {
    const root = await Deno.makeTempDir({ prefix: "alga-cli-" });
    const world = await startWorld({ root, timeline: "healthy", speed: 30 });
    try {
      const path = `${root}/answers.yaml`;
      await Deno.writeTextFile(path, stringify(sampleInputs(world)), { mode: 0o600 });
      const args = [...world.agentArgs, "--from-file", path, "--listen", "127.0.0.1:18080"];
      const before = await filesBelow(root);
      const good = await run(program, ["preflight", "-o", "json", ...args]);
      const report = JSON.parse(good.stdout);
      // The simulated machine and its network are as they should be.
      assert.equal(good.code, 0, good.stdout);
      const table = await run(program, ["preflight", ...args]);
      assert.match(table.stdout, /\n\d+ checks: 0 failed, /);
      for (const { id } of report.results) assert.ok(table.stdout.includes(id), id);
      assert.deepEqual(await filesBelow(root), before);

      await Deno.writeTextFile(`${root}/etc/os-release`, 'ID=plan9\nPRETTY_NAME="Plan 9\x1b[2J"\n');
      const failed = await run(program, ["preflight", ...args]);
      assert.equal(failed.code, 3);
      assert.match(failed.stdout, /^fail +os\.release/m);
      assert.ok(!failed.stdout.includes("\x1b"));
    } finally {
      await world.stop();
      await Deno.remove(root, { recursive: true });
    }
  },
);

await binaryTest(
  "who is not root is told so by every command that needs it",
  (program) =>
    withAgent(program, async (agent) => {
      await Deno.chmod(agent.root, 0o755);
      const open = `${agent.root}/alga-agent`;
      await Deno.copyFile(program, open); // where anybody may start it
      await Deno.chmod(open, 0o755);
      const asNobody = async (...args: string[]) => {
        const { code, stderr } = await new Deno.Command("setpriv", {
          args: [
            "--reuid",
            "65534",
            "--regid",
            "65534",
            "--clear-groups",
            open,
            ...args,
            "--root",
            agent.root,
          ],
          stderr: "piped",
        }).output();
        return { code, said: new TextDecoder().decode(stderr) };
      };
      const token = {
        code: 1,
        said: '"alga-agent token" needs root here. What to do: run it again with sudo\n',
      };
      assert.deepEqual(await asNobody("token", "show"), token);
      assert.deepEqual(await asNobody("token", "rotate"), token);
      const status = await asNobody("status");
      assert.deepEqual(status, {
        code: 1,
        said: "Only root may talk to the agent\nWhat to do: Run it again with sudo\n",
      });
      const serve = await asNobody("serve", "--listen", "127.0.0.1:0");
      assert.match(serve.said, /^"alga-agent serve" needs root here/);
    }),
  Deno.uid() === 0 ? undefined : "becoming another user needs root",
);

const hasScript = await Deno.stat("/usr/bin/script").then(() => true, () => false);
await binaryTest(
  "on a terminal of 80 columns status is coloured and wrapped; NO_COLOR keeps it plain",
  (program) =>
    inWorld("healthy", async (agent) => {
      /** Runs it on a pseudo terminal; script(1) wants one string, which holds nothing from outside. */
      const onTerminal = async (env: string) => {
        const { stdout } = await new Deno.Command("script", {
          args: ["-qec", `stty cols 80; ${env} '${program}' status --root '${agent.root}'`, "/dev/null"],
          stdin: "null",
          stdout: "piped",
        }).output();
        return new TextDecoder().decode(stdout);
      };
      const colored = await onTerminal("env -u NO_COLOR");
      assert.ok(colored.startsWith("\x1b[1m"), JSON.stringify(colored.slice(0, 80)));
      const plain = await onTerminal("NO_COLOR=1");
      assert.ok(!plain.includes("\x1b"), JSON.stringify(plain));
      for (const line of plain.split("\r\n")) assert.ok(line.length <= 80, line);
    }, program),
  hasScript ? undefined : "the Debian package bsdutils (script) is not installed",
);

async function filesBelow(dir: string): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(dir)) {
    const path = `${dir}/${entry.name}`;
    // What the stand-in programs note, and where a check writes and removes its file.
    if (path.endsWith("/var/log/simulator/commands.log")) continue;
    if (entry.isDirectory) found.push(...await filesBelow(path));
    else found.push(`${path} ${(await Deno.stat(path)).size}`);
  }
  return found.sort();
}
