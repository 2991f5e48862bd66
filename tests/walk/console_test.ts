import assert from "node:assert/strict";
import { agentCommand, type AgentProcess, sampleInputs } from "../simulator/agent_process.ts";
import { mortalCommand } from "../mortal_command.ts";
import { findProgram } from "../cluster/find_program.ts";
import { signIn } from "../simulator/sign_in.ts";
import { until } from "../until.ts";
import { agentProgram, fetchSetup, startCompiled, withAppliance } from "./walk.ts";
import { type TmuxTerminal, withTmux } from "./tmux.ts";

const hasTmux = await findProgram("tmux") !== undefined;
const ENV = { LANG: "C.UTF-8", PATH: Deno.env.get("PATH") ?? "", HOME: Deno.env.get("HOME") ?? "/root" };

/** Before and after the background services run, too. */
const READY = /Ready to log in|Fully healthy: people can log in/;

/** A test with a real terminal; skipped by name without tmux. */
function tmuxTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: hasTmux ? name : `${name} (skipped: no tmux)`, ignore: !hasTmux, fn });
}

async function withConsole(
  root: string,
  body: (terminal: TmuxTerminal) => Promise<void>,
  options: { args?: string[]; env?: Record<string, string> } = {},
): Promise<void> {
  const [program, args] = agentCommand(await agentProgram());
  const command = [program, ...args, "console", "--root", root, ...options.args ?? []];
  await withTmux(command, { ...ENV, ...options.env }, body);
}

/** Types all that has no proposal, and keeps what has one. */
async function typeAnswers({ type, press, shows }: TmuxTerminal, appUrl: string): Promise<void> {
  const answers = [
    [/Company\n/, "Example Ltd"],
    [/First name\n/, "Maria"],
    [/Last name\n/, "Example"],
    [/E-mail\n/, "maria@example.com"],
    [/Password\n/, "Correct-Horse7!"],
    [/Password, once more\n/, "Correct-Horse7!"],
  ] as const;
  for (const [question, text] of answers) {
    await shows(`the question ${question}`, question);
    await type(text);
    await press("Enter");
  }
  await shows("the address is proposed", /Application address\n[^]*> http:/);
  await press("C-u");
  await type(appUrl);
  await press("Enter");
  const proposed = [
    /DNS servers\n/,
    /Channel\n/,
    /Release override\n/,
    /Proxy\n/,
    /Signatures of releases\n/,
  ];
  for (const question of proposed) {
    await shows(`the question ${question}`, question);
    await press("Enter");
  }
  await shows("the last look", /Check your answers/);
}

tmuxTest(
  "an appliance is set up on a terminal, by the questions, checks and engine of the page",
  () =>
    withAppliance("healthy", async (agent, world) => {
      await withConsole(world.root, async (terminal) => {
        const { press, shows, type } = terminal;
        const first = await shows("address and token", /Setup token:/);
        assert.ok(first.includes(agent.token) && first.includes(agent.url), first);
        assert.match(first, /192\.168\.64\.8\/24 {2}DHCP/);
        await press("2");
        await shows("the network", /Gateway {6}192\.168\.64\.1/);
        await press("Escape");
        await shows("the first screen", /Setup token/);
        await press("1");
        await shows("the first question", /Company\n/);
        await press("Enter");
        await shows("the error of the form", /! Enter the company name/);
        await typeAnswers(terminal, world.appUrl);
        const answers = await shows("all answers", /Example Ltd/);
        assert.ok(answers.includes("maria@example.com") && !answers.includes("Correct-Horse7!"));
        assert.equal((await fetchSetup(agent)).state.status, "idle", "nothing has begun");
        await type("s");
        await shows("the checks have passed", /ok Check the machine and the network/);
        await shows("who began it", /by console terminal/);
        await until("setup is done", () => fetchSetup(agent), (it) => it.state.status === "done");
        await press("Escape");
        await shows("it is ready", READY);
        await shows("setup is no key any more", /^2 Network/m);
        await type("1");
        await shows("the first screen still", /^2 Network/m);
      });
      assert.ok(!agent.output().includes("Correct-Horse7!"));
    }, { speed: 40 }),
);

tmuxTest(
  "a line that is lost loses no answer, and the next console goes on",
  () =>
    withAppliance("healthy", async (agent, world) => {
      await withConsole(world.root, async ({ press, type, shows, hangUp }) => {
        await shows("the first screen", /1 Set up/);
        await press("1");
        for (const [question, text] of [[/Company\n/, "Example Ltd"], [/First name\n/, "Maria"]] as const) {
          await shows(`${question}`, question);
          await type(text);
          await press("Enter");
        }
        await shows("the third question", /Last name\n/);
        await hangUp();
      });
      await withConsole(world.root, async ({ press, shows }) => {
        await shows("the first screen", /1 Set up/);
        await press("1");
        await shows("where the other one stopped", /Last name\n/);
        await press("Up");
        await shows("what was typed there", /First name\n[^]*> Maria/);
      });
      // Who comes second sees who holds it.
      await agent.request("POST", "/api/v1/setup", sampleInputs(world));
      await withConsole(world.root, async ({ press, shows }) => {
        await shows("who holds it", new RegExp(`run by API 127\\.0\\.0\\.1|${READY.source}`));
        await press("1");
        await shows("where it stands", new RegExp(`Check the machine|${READY.source}`));
      });
    }, { speed: 1 }),
);

tmuxTest(
  "the token goes once a password is chosen, and what another program wrote goes with a key",
  () =>
    withAppliance("healthy", async (agent, world) => {
      await withConsole(world.root, async ({ press, shows, resize }) => {
        await shows("the token", new RegExp(agent.token));
        await signIn(agent.url, () => agent.token);
        await until("no token", () => shows("a screen", /Agent 0/), (it) => !it.includes("Setup token"));
        await press("6");
        await shows("how to get it", /sudo alga-agent token show/);
        await press("Escape");
        await resize(100, 30);
        await until("the keys stand in the last rows", () => shows("keys", /2 Network/), (it) => {
          const lines = it.split("\n");
          return lines.findIndex((line) => line.startsWith("2 Network") || line.startsWith("1 Set up")) ===
            28;
        });
      });
    }),
);

tmuxTest(
  "a dead agent is told with its reason, and a living one is followed again",
  () =>
    withAppliance("healthy", async (agent, world) => {
      await withConsole(world.root, async ({ press, shows }) => {
        await shows("the first screen", /1 Set up/);
        await agent.kill("SIGKILL");
        const away = await shows("why it is away", /The agent does not answer/);
        assert.match(away, /What to do: /);
        assert.doesNotMatch(away, /1 Set up/);
        await press("8");
        await shows("a question before the reboot", /Reboot this machine\?/);
        await press("n");
        let again: AgentProcess | undefined;
        try {
          again = await startCompiled(world);
          await shows("the first screen again", /1 Set up/);
        } finally {
          await again?.kill("SIGKILL");
        }
      });
      const calls = await Deno.readTextFile(`${world.root}/var/log/simulator/commands.log`);
      assert.doesNotMatch(calls, /systemctl reboot/);
    }),
);

tmuxTest("reboot goes through systemctl, after a yes", () =>
  withAppliance("healthy", async (_, world) => {
    await withConsole(world.root, async ({ press, shows }) => {
      await shows("the first screen", /8 Reboot/);
      await press("8");
      await shows("a question", /Reboot this machine\?/);
      await press("y");
      await shows("it is told", /It is on its way/);
    });
    const calls = await Deno.readTextFile(`${world.root}/var/log/simulator/commands.log`);
    assert.match(calls, /^systemctl reboot$/m);
  }));

tmuxTest(
  "plain prompts ask one question a line, show no password and draw nothing",
  () =>
    withAppliance("healthy", async (agent, world) => {
      await withConsole(world.root, async ({ press, type, shows }) => {
        await shows("the menu", /Keys: 1 Set up, [^]*\n>/);
        await type("1");
        await press("Enter");
        const answers = [
          [/Company: ?$/m, "Example Ltd"],
          [/First name: ?$/m, "?"],
          [/nothing more to say about it\.\nFirst name: ?$/m, "Maria"],
          [/Last name: ?$/m, "Example"],
          [/E-mail: ?$/m, "maria"],
          [/ {2}Enter an e-mail address like maria@example\.com\nE-mail: ?$/m, "maria@example.com"],
        ] as const;
        for (const [question, text] of answers) {
          await shows(`${question}`, question);
          await type(text);
          await press("Enter");
        }
        await shows("the password's question", /Password: ?$/m);
        for (let i = 0; i < 2; i++) {
          await type("Correct-Horse7!");
          await press("Enter");
        }
        await shows("a proposal in brackets", /Application address \[http:/);
        for (let i = 0; i < 6; i++) await press("Enter");
        const looked = await shows("the last look", /Type start, check/);
        assert.ok(!looked.includes("Horse7"), looked);
        assert.match(looked, /5 Password: set/);
        await type("check");
        await press("Enter");
        await shows("the checks have run", /The checks have run|What to do:/);
      }, { env: { ACCESSIBLE: "1" } });
      assert.equal((await fetchSetup(agent)).state.status, "checked");
    }, { speed: 40 }),
);

Deno.test("an input that is not a terminal gives one answer a line, and setup begins", () =>
  withAppliance("healthy", async (agent, world) => {
    const run = async (lines: readonly string[]) => {
      const [program, args] = agentCommand(await agentProgram());
      const child = mortalCommand(program, [...args, "console", "--root", world.root], {
        stdin: "piped",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
      const writer = child.stdin.getWriter();
      await writer.write(new TextEncoder().encode(lines.map((it) => `${it}\n`).join("")));
      await writer.close().catch(() => {}); // it may have ended before
      const { code, stdout, stderr } = await child.output();
      return { code, said: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
    };
    const wrong = await run(["Example Ltd", "Maria", "Example", "maria"]);
    assert.equal(wrong.code, 2);
    assert.match(wrong.said, /Enter an e-mail address like/);
    const short = await run(["Example Ltd"]);
    assert.equal(short.code, 2, "the end of the input ends it");
    assert.equal((await fetchSetup(agent)).state.status, "idle");
    const password = "Correct-Horse7!";
    const { code, said } = await run([
      "",
      "",
      "",
      "maria@example.com",
      password,
      world.appUrl,
      "",
      "",
      "",
      "",
      "",
    ]);
    assert.equal(code, 0, said);
    assert.match(said, /Ready to log in/);
    assert.ok(!said.includes(password));
  }, { speed: 40 }));

const hasScript = await findProgram("script") !== undefined;

Deno.test({
  name: `an idle screen sends no byte over a line, a whole setup few${
    hasScript ? "" : " (skipped: no script)"
  }`,
  ignore: !hasScript,
  fn: () =>
    withAppliance("healthy", async (agent, world) => {
      const [program, args] = agentCommand(await agentProgram());
      const log = `${world.root}/line.log`;
      const words = [program, ...args, "console", "--root", world.root];
      assert.ok(words.every((it) => /^[\w./-]+$/.test(it)), "script(1) has them read by a shell");
      const child = mortalCommand("script", ["--quiet", "--flush", "--command", words.join(" "), log], {
        env: { ...ENV, TERM: "vt220", SHELL: "/bin/sh" },
        stdin: "piped",
        stdout: "null",
      }).spawn();
      const written = async () => (await Deno.stat(log).catch(() => undefined))?.size ?? 0;
      try {
        const screen = () => Deno.readTextFile(log).catch(() => "");
        await until("the first screen", screen, (it) => it.includes("Setup token:"));
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        const before = await written();
        await new Promise((resolve) => setTimeout(resolve, 4_000));
        assert.equal(await written(), before);
        await agent.request("POST", "/api/v1/setup", sampleInputs(world));
        await until("setup is done", () => fetchSetup(agent), (it) => it.state.status === "done");
        await new Promise((resolve) => setTimeout(resolve, 1_500));
        const bytes = await written() - before;
        assert.ok(bytes > 100 && bytes < 8_000, `${bytes} bytes`);
      } finally {
        child.kill("SIGKILL");
        await child.stdin.close().catch(() => {});
        await child.status;
      }
    }, { speed: 10 }),
});
