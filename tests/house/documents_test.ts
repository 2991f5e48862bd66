import assert from "node:assert/strict";
import { COMMANDS } from "../../agent/cli/commands.ts";
import { BUILD } from "../../agent/version.ts";
import { debVersion } from "../../tools/deb/control.ts";
import { compiledProgram, run } from "../binary/program.ts";
import { type RunningAgent, startProgram } from "../binary/running_agent.ts";
import { DENO_VERSION } from "../../tools/denort.ts";
import { PARTS } from "../../tools/gate/parts.ts";
import { SUITES } from "../../tools/suites.ts";
import { RealHost } from "../../agent/host/real_host.ts";
import { PATHS } from "../../agent/state/paths.ts";
import { readKeys } from "../../agent/trust/mod.ts";
import { SITE_PUBLIC_KEY } from "../agent/trust/site_key.ts";
import { PROGRAM_SETS } from "../cluster/programs.ts";
import { findProgram } from "../cluster/find_program.ts";
import { withReleaseTree } from "../tools/release_agent/release_tree.ts";
import { startSimRegistry } from "../simulator/registry.ts";
import { cli } from "../agent/cli/terminal.ts";
import { withStandIn } from "../agent/cli/stand_in_agent.ts";
import { agentUpdatesStub } from "../routes/agent_updates_stub.ts";
import { STUB_RULES, updatesStub } from "../routes/updates_stub.ts";
import { settingsStub, stubOperation } from "../routes/settings_stub.ts";
import { parseAcceptanceOptions } from "../installation/acceptance/options.ts";
import { runImageCommands } from "../iso/documented_commands.ts";
import { missingForImages } from "../iso/stand_in_base.ts";
import { missingForDisks } from "../iso/image/made_up_disk.ts";
import { writeSigningKey } from "../release/tool_folder.ts";
import { denoTask } from "../deno_task.ts";
import { mortalCommand } from "../mortal_command.ts";
import { onFreePort } from "../simulator/free_port.ts";

const repo = new URL("../..", import.meta.url).pathname;

/** A command of a document, as it stands there. */
interface Told {
  path: string;
  command: string;
}

/** Documents that tell people what to type. */
async function documents(): Promise<string[]> {
  const docs = await Array.fromAsync(Deno.readDir(`${repo}docs`));
  const pages = docs.filter((it) => it.name.endsWith(".md")).map((it) => `docs/${it.name}`);
  return ["README.md", "CONTRIBUTING.md", "SECURITY.md", ...pages.sort()];
}

/** Lines of the `sh` blocks of a document. */
function shellLines(path: string, text: string): Told[] {
  return [...text.matchAll(/^```(?:sh|bash|shell|console)\n([^]*?)^```/gm)].flatMap((block) =>
    (block[1] ?? "").replaceAll(/\\\n\s*/g, "").split("\n").map((it) => it.trim())
      .filter((it) => it !== "" && !it.startsWith("#")).map((command) => ({ path, command }))
  );
}

/** Commands within the text, and in units that it shows. */
function inlineCommands(path: string, text: string): Told[] {
  const found = text.matchAll(
    /`((?:deno task |(?:sudo )?alga-agent |\.ci\/)[^`]*)`|^ExecStart=\S*\/(alga-agent .*)/gm,
  );
  // `deno fmt` breaks lines where it likes.
  return [...found].map((it) => ({ path, command: (it[1] ?? it[2] ?? "").replaceAll(/\s+/g, " ") }));
}

const tasks: Record<string, { description: string; command: string }> =
  JSON.parse(await Deno.readTextFile(`${repo}deno.json`)).tasks;
const gate = await Deno.readTextFile(`${repo}.ci/run`);
const texts = await Promise.all(
  (await documents()).map(async (path) => ({ path, text: await Deno.readTextFile(repo + path) })),
);
const shell = texts.flatMap(({ path, text }) => shellLines(path, text));
const inline = texts.flatMap(({ path, text }) => inlineCommands(path, text));

/** The two commands of a fresh machine. Their beginning is proven by the gate, which starts everything with it. */
const NPX = `DENO_TLS_CA_STORE=system,mozilla npx -y deno@${DENO_VERSION} task `;

/** The document whose commands need openssl, for the key. */
const AGENT_RELEASE = "docs/agent-release.md";

/** Commands of a machine on which the agent is installed, which is what the first of them does. */
const INSTALLED = /^sudo (?:\S*\/)?alga-agent (?:install|uninstall|token|status|sessions|audit)\b/;

/** How each kind of command is proven. The gate itself is marked as such: it cannot run itself. */
const PROOFS: readonly [pattern: RegExp, prove: (told: Told) => void | Promise<void>][] = [
  [/^DENO_TLS_CA_STORE=system,mozilla npx -y deno@\S+ task demo$/, ({ command }) => {
    assert.equal(command, `${NPX}demo`);
    return runDemo();
  }],
  [/^DENO_TLS_CA_STORE=system,mozilla npx -y deno@\S+ task test$/, ({ command }) => {
    assert.equal(command, `${NPX}test`);
    assert.match(gate, /^export DENO_TLS_CA_STORE=system,mozilla/m);
    assert.match(gate, new RegExp(`^exec npx -y deno@${DENO_VERSION} run -A --quiet tools/gate.ts`, "m"));
    gateRunsEverySuite();
  }],
  [/^DENO_TLS_CA_STORE=system,mozilla npx -y deno@\S+ task crds$/, ({ command }) => {
    assert.equal(command, `${NPX}crds`);
    gateRuns("tools/flux_crds.ts");
  }],
  // Where the definitions are, as after the command before it, --partial makes the same program.
  [/^DENO_TLS_CA_STORE=system,mozilla npx -y deno@\S+ task compile$/, ({ command }) => {
    assert.equal(command, `${NPX}compile`);
    gateRuns("tools/compile.ts", "--partial");
  }],
  [/^deno task deb$/, async () => {
    assert.match(tasks.deb?.command ?? "", / tools\/deb\/main\.ts$/);
    const proof = await Deno.readTextFile(`${repo}tests/binary/deb_test.ts`);
    assert.ok(proof.includes("tools/deb/main.ts"));
    gateRunsEverySuite();
  }],
  // tests/binary/deb_test.ts installs it with dpkg; apt would change this machine.
  [/^sudo apt install \.\/alga-agent_/, ({ command }) => {
    assert.equal(command, `sudo apt install ./alga-agent_${debVersion(BUILD.version)}_amd64.deb`);
  }],
  // tests/vm/console_test.ts sees it in that place after a boot.
  [/^sudo systemctl start alga-appliance-console@tty1$/, async () => {
    const unit = await Deno.readTextFile(`${repo}systemd/alga-appliance-console@.service`);
    assert.match(unit, /^Conflicts=getty@%i\.service /m);
  }],
  [INSTALLED, ({ path, command }) => runInstalled(path, command)],
  [/^deno task test --all$/, gateRunsEverySuite],
  [/^deno task test "[a-z ]+"$/, ({ command }) => {
    const [, name = ""] = /"(.+)"/.exec(command) ?? [];
    gateRuns("tools/test.ts", name);
  }],
  [/^deno task cluster build$/, () => {
    for (const set of Object.keys(PROGRAM_SETS)) {
      // What cosign made lies among the tests.
      if (set !== "cosign") gateRuns("tests/cluster/cluster.ts", "build", set);
    }
  }],
  [/^deno task demo$/, runDemo],
  [/^deno task unit$/, () => {
    const [, words = ""] = /tools\/test\.ts (.+)$/.exec(tasks.unit?.command ?? "") ?? [];
    const unknown = words.split(" ").filter((word) => !SUITES.some((it) => it.name.includes(word)));
    assert.deepEqual(unknown, []);
    gateRunsEverySuite();
  }],
  [/^deno task ok$/, () => {
    assert.match(tasks.ok?.command ?? "", /tools\/gate\.ts --quick$/);
    return listParts("--quick");
  }],
  [/^\.ci\/run /, ({ command }) => listParts(...command.split(" ").slice(1))],
  [/^deno fmt$/, () => gateRuns("fmt", "--check")],
  [/^deno lint$/, () => gateRuns("lint", "--quiet")],
  [/^deno check \.$/, () => gateRuns("check", "--quiet", ".")],
  [/^deno test -A --quiet --no-check tests\//, async ({ command }) => {
    const { success, stderr } = await mortalCommand(Deno.execPath(), command.split(" ").slice(1), {
      cwd: repo,
      stdout: "null",
      stderr: "piped",
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
  }],
  // Installs for everybody on this machine: only its version is compared.
  [/^npm install --global deno@/, ({ command }) => {
    assert.equal(command, `npm install --global deno@${DENO_VERSION}`);
  }],
  [/^sudo alga-agent settings /, ({ command }) => runSettings(command.split(" ").slice(2))],
  [/^sudo alga-agent logs(?: |$)/, ({ command }) => runLogsCommand(command)],
  [/^(?:sudo )?alga-agent bundle /, ({ command }) => runBundleCommand(command)],
  [/^sudo install -/, ({ command }) => runKeyInstall(command.split(" ").slice(1))],
  [/^sudo alga-agent channel /, ({ command }) => runUpdate(command.split(" ").slice(2))],
  [/^sudo alga-agent update /, ({ command }) => runUpdate(wordsOf(command).slice(2))],
  [/^(openssl|deno task release-agent) /, ({ path, command }) => runAgentRelease(path, command)],
  // The whole needs Ubuntu's own image: its steps and its sheet are tried on the stand-in by the suite "installation image".
  [/^deno task image-acceptance /, async ({ command }) => {
    await parseAcceptanceOptions(command.split(/\s+/).slice(3), { repo, say: () => {} });
    gateRuns("tools/test.ts", "installation image");
  }],
  [/^deno task (?:iso|image) /, ({ path, command }) => {
    const commands = shell.filter((it) => it.path === path).map((it) => it.command);
    return runImageCommands(commands.slice(0, commands.indexOf(command) + 1));
  }],
  [
    /^deno task release (build|push|sign|verify|promote|diff)( |$)/,
    ({ path, command }) => runRelease(path, command),
  ],
];

/** The command against an agent that takes every change; files that it names are made up. What is sent is proven by the routes' tests. */
async function runSettings(words: readonly string[]): Promise<void> {
  await withStandIn(async (agent) => {
    const path = "/api/v1/settings";
    const operation = stubOperation({ state: { status: "done", finishedAt: "" } });
    agent.answers[`GET ${path}`] = [{ status: 200, body: { ...settingsStub().view(), operation } }];
    agent.answers[`PUT ${path}`] = [{ status: 202, body: operation.state }];
    agent.answers[`POST ${path}/plan`] = [{ status: 200, body: { changed: [], settings: [], steps: [] } }];
    const report = { startedAt: "", finishedAt: "", results: [] };
    agent.answers[`POST ${path}/check`] = [{ status: 200, body: report }];
    const file = `${agent.root}/file`;
    await Deno.writeTextFile(file, "noProxy: intern.example\n");
    const args = words.map((it) => /\.(pem|yaml)$/.test(it) ? file : it);
    const { code, err } = await cli([...args, "--root", agent.root]);
    assert.equal(code, 0, err);
  });
}

/** The command below a root of its own, with bundles made there; pages are served until they have been made. */
async function runBundleCommand(command: string): Promise<void> {
  const root = await Deno.makeTempDir({ prefix: "alga-documents-" });
  const stop = new AbortController();
  try {
    const words = command.split(" ").slice(command.startsWith("sudo") ? 2 : 1);
    const args = words.map((it) => it.endsWith(".tar.gz") ? `${root}/${it}` : it);
    const isMaking = words[1] === "--output";
    for (const file of isMaking ? [] : args.filter((it) => it.endsWith(".tar.gz"))) {
      assert.equal((await cli(["bundle", "--output", file, "--root", root])).code, 0);
    }
    const serving = words[1] === "serve" ? ["--port", "0"] : [];
    const running = cli([...args, ...isMaking ? ["--root", root] : serving], { signal: stop.signal });
    if (serving.length > 0) stop.abort();
    const { code, err } = await running;
    assert.equal(code, 0, err);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

/** The words of a command; what stands in quotes is one. */
function wordsOf(command: string): string[] {
  return (command.match(/"[^"]*"|\S+/g) ?? []).map((it) => it.replaceAll('"', ""));
}

/** The command against an agent that has an update. */
async function runUpdate(words: readonly string[]): Promise<void> {
  await withStandIn(async (agent) => {
    const path = "/api/v1/updates";
    const operation = stubOperation({ state: { status: "done", finishedAt: "" } });
    agent.answers[`GET ${path}`] = [{ status: 200, body: { ...updatesStub().view(), operation } }];
    agent.answers[`GET ${path}/rules`] = [{ status: 200, body: { channel: "stable", ...STUB_RULES } }];
    agent.answers[`POST ${path}/rules`] = [{ status: 200, body: {} }];
    agent.answers[`POST ${path}/channel`] = [{ status: 202, body: operation.state }];
    agent.answers["GET /api/v1/settings"] = [{ status: 200, body: { operation } }];
    const ofAgent = { ...agentUpdatesStub().view(), operation };
    agent.answers[`GET ${path}/agent`] = [{ status: 200, body: ofAgent }];
    agent.answers[`GET ${path}/prepare`] = [{ status: 200, body: { operation } }];
    agent.answers[`POST ${path}/prepare/start`] = [{ status: 202, body: operation.state }];
    agent.answers[`POST ${path}/backup-taken`] = [{ status: 200, body: {} }];
    agent.answers[`POST ${path}/agent/apply`] = [{ status: 202, body: operation.state }];
    agent.answers[`POST ${path}/plan`] = [{ status: 200, body: { steps: [] } }];
    agent.answers[`POST ${path}/retry-part`] = [{ status: 202, body: { did: ["asked"] } }];
    agent.answers[`POST ${path}/resume`] = [{ status: 202, body: { ...operation.state, released: [] } }];
    agent.answers[`POST ${path}/apply`] = [{ status: 202, body: operation.state }];
    const { code, err } = await cli([...words, "--root", agent.root]);
    assert.equal(code, 0, err);
  });
}

/** The gate has a part whose command ends with these words; the gate itself cannot run here. */
function gateRuns(...words: string[]): void {
  const found = PARTS.some(({ command }) => command.slice(-words.length).join(" ") === words.join(" "));
  assert.ok(found, `no part of the gate runs: ${words.join(" ")}`);
}

/** The gate knows these options, and there are parts for them; which they run is the gate's own matter. */
async function listParts(...options: string[]): Promise<void> {
  const args = ["run", "-A", "--quiet", "--no-check", `${repo}tools/gate.ts`, ...options, "--list"];
  const { success, stdout, stderr } = await mortalCommand(Deno.execPath(), args, {
    stdout: "piped",
    stderr: "piped",
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  assert.notEqual(stdout.length, 0);
}

function gateRunsEverySuite(): void {
  for (const { name } of SUITES) gateRuns("tools/test.ts", name);
}

Deno.test("the documents tell at least how to try, test and build", () => {
  assert.ok(shell.some((it) => it.command.endsWith("task demo")));
  assert.ok(shell.some((it) => it.command.endsWith("task test")));
  assert.ok(shell.some((it) => it.command.endsWith("task compile")));
});

const unique = new Map(shell.map((it) => [`${it.path}: ${it.command}`, it]));
/** Why the commands of a document cannot run here, by its path. */
const MISSING: Readonly<Record<string, string | undefined>> = {
  [AGENT_RELEASE]: await findProgram("openssl") === undefined ? "no openssl" : undefined,
  "docs/images.md": await missingForImages() ?? await missingForDisks() ??
    (await findProgram("gpg") === undefined ? "no gpg" : undefined),
};
for (const [name, told] of unique) {
  const missing = MISSING[told.path];
  Deno.test({
    name: `${name} is known and works${missing === undefined ? "" : ` (skipped: ${missing})`}`,
    ignore: missing !== undefined,
    async fn() {
      const found = PROOFS.find(([pattern]) => pattern.test(told.command));
      assert.ok(found, "No proof knows this command: teach this test, or take it out of the document");
      await found[1](told);
    },
  });
}

Deno.test("every task that the documents name is one, and every task says what it is for", () => {
  const wrong = [...shell, ...inline].filter(({ command }) => {
    const name = /(?:^deno|deno@\S+) task (\S+)/.exec(command)?.[1];
    return name !== undefined && tasks[name] === undefined;
  });
  assert.deepEqual(wrong, []);
  for (const [name, { description }] of Object.entries(tasks)) assert.ok(description, name);
});

Deno.test("every file that a task runs is there", async () => {
  for (const [name, { command }] of Object.entries(tasks)) {
    for (const file of command.matchAll(/\b((?:tests|tools)\/[\w/.]+)/g)) {
      const found = await Deno.stat(repo + file[1]).then(() => true, () => false);
      assert.ok(found, `${name}: ${file[1]}`);
    }
  }
});

Deno.test("every agent command and option that the documents name is in its help", async () => {
  const named = [...shell, ...inline]
    .map((it) => ({ ...it, command: it.command.replace(/^sudo (?:\S*\/)?/, "") }))
    .filter((it) => it.command.startsWith("alga-agent"));
  assert.ok(named.length >= 50, `${named.length}`);
  for (const { path, command } of named) {
    const [, name, ...words] = command.split(/\s+/);
    if (name === "help") {
      assert.equal((await cli(["help", ...words])).code, 0, `${path}: ${command}`);
      continue;
    }
    const { help } = await COMMANDS.find((it) => it.name === name)?.load() ?? {};
    for (const word of words.filter((it) => it.startsWith("-"))) {
      assert.ok(word === "--help" || help?.includes(word), `${path}: ${command}: ${word}`);
    }
    assert.ok(help, `${path}: ${command}`);
    if (name === "token") assert.ok(words[0] === "show" || words[0] === "rotate", command);
  }
});

Deno.test("compile is part of the gate, with the options that the README names", async () => {
  gateRuns("tools/compile.ts", "--partial");
  const tool = await Deno.readTextFile(`${repo}tools/compile.ts`);
  for (const option of ["target", "release"]) assert.ok(tool.includes(`${option}: { type:`), option);
});

/**
 * The commands of the agent's release, one after the other, in a small checkout and with made-up programs. That the tool makes
 * real ones shows tests/binary/release_agent_test.ts.
 */
async function runAgentRelease(path: string, last: string): Promise<void> {
  await withReleaseTree(async ({ dir, call }) => {
    const commands = shell.filter((it) => it.path === path).map((it) => it.command);
    for (const command of commands.slice(0, commands.indexOf(last) + 1)) {
      const [program = "", ...words] = command.split(/\s+/);
      if (program === "openssl") {
        const { success, stderr } = await mortalCommand(program, words, { cwd: dir, stderr: "piped" })
          .output();
        assert.ok(success, new TextDecoder().decode(stderr));
        continue;
      }
      const { code, stdout, stderr } = await call(...words.slice(2));
      assert.equal(code, 0, `${command}: ${stdout}${stderr}`);
    }
  });
}

/**
 * The commands of a document up to this one, one after the other, by the compiled program and below a root of its own: the
 * service is started by hand there. What systemd makes of it has been seen on a real machine only.
 */
async function runInstalled(path: string, last: string): Promise<void> {
  const program = await compiledProgram();
  assert.ok(program.ok, "the program cannot be compiled here");
  const root = await Deno.makeTempDir({ prefix: "alga-documents-" });
  const commands = shell.filter((it) => it.path === path && INSTALLED.test(it.command));
  let agent: RunningAgent | undefined;
  try {
    for (const { command } of commands.slice(0, commands.findIndex((it) => it.command === last) + 1)) {
      const [, , name = "", ...words] = command.split(/\s+/);
      if (name === "install") words.push("--any-system"); // the gate's system may be another
      if (name === "uninstall") await agent?.stop("SIGTERM");
      const { code, stderr } = await run(program.path, [name, ...words, "--root", root]);
      // A status tells by its code that setup is still to come.
      assert.ok(code === 0 || name === "status" && code === 5, `${command}: ${code}: ${stderr}`);
      if (name === "install") agent = await startProgram(program.path, { root });
    }
  } finally {
    await agent?.stop();
    await Deno.remove(root, { recursive: true });
  }
}

/** A command of logs on a machine without journal whose kubelet has kept two; one that follows is told to stop. */
async function runLogsCommand(command: string): Promise<void> {
  const root = await Deno.makeTempDir({ prefix: "alga-documents-" });
  try {
    for (const name of ["db-0", "alga-core-sebastian-7874cf7d4b-gw6cl"]) {
      const folder = `${root}/var/log/pods/msp_${name}_0b1c/app`;
      await Deno.mkdir(folder, { recursive: true });
      const line = `${new Date().toISOString()} stderr F ERROR: out of memory`;
      await Deno.writeTextFile(`${folder}/0.log`, `${line}\n`);
      await Deno.writeTextFile(`${folder}/1.log`, `${line}\n`);
    }
    const words = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? "");
    const stop = new AbortController();
    let out = "";
    const { code } = await cli([...words.slice(2), "--root", root], {
      signal: stop.signal,
      onOut(text) {
        out += text;
        if (words.includes("--follow")) stop.abort();
      },
    });
    assert.equal(code, 0);
    assert.match(out, words.length === 3 ? /msp\/db/ : /out of memory/);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

/** Starts the demo on a free port, looks at its page, ends it. */
async function runDemo(): Promise<void> {
  await onFreePort(runDemoOn);
}

async function runDemoOn(port: number): Promise<void> {
  const child = mortalCommand(Deno.execPath(), ["task", "--quiet", "demo", "--json", "--port", `${port}`], {
    cwd: repo,
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const problem = new Response(child.stderr).text();
  const reader = child.stdout.pipeThrough(
    new TextDecoderStream() as unknown as TransformStream<Uint8Array, string>,
  )
    .getReader();
  try {
    let said = "";
    while (!said.includes("\n")) {
      const { value, done } = await reader.read();
      if (done) throw new Error(`The demo ended: ${said}${await problem}`);
      said += value;
    }
    const { url, token } = JSON.parse(said);
    const response = await fetch(`${url}/api/status`, { headers: { authorization: `Bearer ${token}` } });
    assert.equal((await response.json()).rollup.state, "installing");
  } finally {
    child.kill("SIGINT");
    await reader.cancel();
    await child.status;
    await problem;
  }
}

/** The commands of one document, one after the other, in a folder with its release file and beside a registry of our own. */
async function runRelease(path: string, last: string): Promise<void> {
  const dir = await Deno.makeTempDir({ prefix: "alga-documents-" });
  const registry = await startSimRegistry();
  try {
    const text = texts.find((it) => it.path === path)?.text ?? "";
    await Deno.writeTextFile(`${dir}/release.yaml`, /^```yaml\n([^]*?)^```/m.exec(text)?.[1] ?? "");
    await writeSigningKey(dir);
    const commands = shell.filter((it) => it.path === path && it.command.startsWith("deno task release"));
    const until = commands.findIndex((it) => it.command === last);
    for (const { command } of commands.slice(0, until + 1)) {
      const [, , , ...words] = command.split(/\s+/);
      const mirror = words.indexOf("--registry-mirror");
      if (mirror >= 0) words.splice(mirror, 2);
      // A tree under work has no commit to name, so the test names one.
      if (words[0] === "build") words.push("--commit", "a".repeat(40), "--created", "2026-01-01T00:00:00Z");
      if (words[0] !== "build") {
        for (const host of ["ghcr.io", "docker.io"]) {
          words.push("--registry-mirror", `${host}=${registry.url}`);
        }
      }
      const { code, said } = await denoTask(["release", ...words], { dir });
      // The images of the document are examples: that they are missing may be said, by "verify" and before a channel moves.
      const mayFail = ["verify", "promote", "diff"].includes(words[0] ?? "") || words.includes("--channel");
      assert.ok(code === 0 || (code === 1 && mayFail), `${command}: ${code}: ${said}`);
    }
  } finally {
    await registry.close();
    await Deno.remove(dir, { recursive: true });
  }
}

/** Puts a site's key in place below another root, and sees that it counts. */
async function runKeyInstall(argv: readonly string[]): Promise<void> {
  const root = await Deno.makeTempDir({ prefix: "alga-documents-" });
  try {
    await Deno.writeTextFile(`${root}/cosign.pub`, SITE_PUBLIC_KEY);
    const folder = `${root}${PATHS.keyFolder}`;
    if (!argv.includes("-d")) await Deno.mkdir(folder, { recursive: true, mode: 0o755 });
    const [program = "", ...args] = argv.map((it) => it.startsWith("/") ? `${root}${it}` : it);
    const { code } = await new Deno.Command(program, { args, cwd: root }).output();
    assert.equal(code, 0);
    assert.equal(((await Deno.stat(folder)).mode ?? 0) & 0o777, 0o755);
    const { keys, problems } = await readKeys(new RealHost(root), []);
    assert.deepEqual(problems, []);
    assert.equal(keys.length, argv.includes("-d") ? 0 : 1);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}
