import assert from "node:assert/strict";
import { COMMANDS } from "../../agent/cli/commands.ts";
import { THIRD_PARTS } from "../../agent/product/pins.ts";
import { BUILD } from "../../agent/version.ts";
import { binaryTest } from "./binary_case.ts";
import { run } from "./program.ts";
import { withAgent } from "./running_agent.ts";
import { until } from "../until.ts";

await binaryTest("version says version, commit and build date", async (program) => {
  const text = await run(program, ["version"]);
  assert.equal(text.code, 0);
  assert.match(
    text.stdout,
    /^alga-agent \d+\.\d+\.\d+ \(([0-9a-f]{12}(-changed)?|unknown), built \d{4}-\d\d-\d\d \d\d:\d\d UTC\)\n$/,
  );
  const json = JSON.parse((await run(program, ["version", "-o", "json"])).stdout);
  assert.deepEqual(Object.keys(json), ["version", "commit", "builtAt", "isPrecompiled"]);
  assert.equal(json.isPrecompiled, true, "V8 has refused the code that was made at compile time");
  assert.equal(json.version, BUILD.version);
  assert.ok(text.stdout.includes(json.commit));
  assert.ok(Number.isFinite(Date.parse(json.builtAt)));
  assert.deepEqual(await run(program, ["--version"]), text);
});

/** Where a package's source lay when the runtime was made; it would be told in a panic. */
const RUST_SOURCE = /\/([\w-]+)-(\d+\.\d+\.\d+[\w.+-]*)\/src\//g;

await binaryTest("version --licences has the Rust packages that the runtime names", async (program) => {
  const { stdout } = await run(program, ["version", "--licences"]);
  const words = new Set(stdout.replaceAll(/\s+/g, " ").match(/[\w-]+ \d+\.\d+\.\d+[\w.+-]*/g));
  const bytes = new TextDecoder("latin1").decode(await Deno.readFile(program));
  const named = new Set(Array.from(bytes.matchAll(RUST_SOURCE), ([, name, version]) => `${name} ${version}`));
  assert.ok(named.size > 200, "they are found");
  assert.deepEqual([...named].filter((it) => !words.has(it)), []);
});

await binaryTest(
  "version --licences names what others made and holds the licences of what is inside",
  async (program) => {
    const { code, stdout } = await run(program, ["version", "--licences"]);
    assert.equal(code, 0);
    for (const { name } of THIRD_PARTS) assert.ok(stdout.includes(`  ${name} `), name);
    for (const name of ["Deno", "hono \\S+", "zod \\S+"]) {
      assert.match(
        stdout,
        new RegExp(`={80}\n${name}\n={80}\n`),
      );
    }
    const json = JSON.parse((await run(program, ["version", "--licences", "-o", "json"])).stdout);
    assert.ok(stdout.endsWith(json.texts));
  },
);

await binaryTest("every command explains itself with usage, example and 80 columns", async (program) => {
  const overview = await run(program, ["help"]);
  assert.equal(overview.code, 0);
  for (const { name, load } of COMMANDS) {
    const { summary } = await load();
    assert.ok(overview.stdout.includes(`  ${name.padEnd(9)}  ${summary}`), name);
    const help = await run(program, ["help", name]);
    assert.equal(help.code, 0);
    assert.match(help.stdout, new RegExp(`^Usage: alga-agent ${name}`));
    assert.match(help.stdout, /\nExample/);
    for (const line of help.stdout.split("\n")) assert.ok(line.length <= 80, line);
    assert.deepEqual(await run(program, [name, "--help"]), help);
  }
  for (const line of overview.stdout.split("\n")) assert.ok(line.length <= 80, line);
});

await binaryTest(
  "help of a cause is inside the program, on the command line and on its page",
  async (program) => {
    const { code, stdout } = await run(program, ["help", "k3s.db-corrupt"]);
    assert.equal(code, 0);
    assert.match(stdout, /^The database of Kubernetes is damaged {2}\[k3s\.db-corrupt\]\n/);
    await withAgent(program, async (agent) => {
      const page = await (await fetch(`${agent.url}/help/k3s.db-corrupt`)).text();
      assert.match(page, /<h1>The database of Kubernetes is damaged<\/h1>/);
      const unknown = await fetch(`${agent.url}/help/k3s.none`);
      assert.equal(unknown.status, 404);
      assert.ok((await unknown.text()).includes("k3s.none"));
    });
  },
);

const WRONG: readonly [args: string[], says: RegExp][] = [
  [[], /^alga-agent [^]*Usage: alga-agent COMMAND/],
  [["reinstall"], /^Unknown command "reinstall"\. "alga-agent help" lists the commands\.\n$/],
  [["help", "reinstall"], /^Unknown command or cause "reinstall"/],
  [["inst\x1b[2Jall"], /^Unknown command "inst \[2Jall"/],
  [["status", "--wait"], /^Unknown option "--wait"\nSee "alga-agent help status"\.\n$/],
  [["status", "now"], /^Unexpected word "now"\n/],
  [["status", "-o", "xml"], /^-o must be table or json, not "xml"\n/],
  [["status", "--watch=yes"], /^The option "[^"]*--watch" takes no value\n/],
  [["version", "-o"], /^The option "-o, --output" needs a value\n/],
  [["token"], /^Say "show" or "rotate"\n/],
  [["token", "delete"], /^Say "show" or "rotate", not "delete"\n/],
  [["setup"], /^Say --from-file FILE, --retry or --record ANSWER\n/],
  [["setup", "--retry", "--checks-only"], /^--retry goes on with the answers that are there/],
  [["serve", "--root", "here"], /^--root must be an absolute folder, not "here"\n/],
  [["serve", "--root", "/a/../b"], /^--root must be an absolute folder/],
  [["serve", "--listen", "8080"], /^--listen must be an address and a port/],
  [["serve", "--listen", "0.0.0.0:65536"], /^--listen must be an address and a port/],
  [
    ["serve", "--registry-mirror", "ghcr.io"],
    /^--registry-mirror ghcr\.io=…: the address is not a web address/,
  ],
  [["serve", "--download-url", "notaurl"], /^--download-url must be a web address like https:/],
  [["serve", "--kubeconfig", "/nowhere/k3s.yaml"], /^--kubeconfig "\/nowhere\/k3s\.yaml" does not exist\n/],
  [["serve", "--root", "/nowhere"], /^--root "\/nowhere" does not exist\n/],
  [["token", "show", "--root", "/nowhere"], /^--root "\/nowhere" does not exist\n/],
  [["preflight", "--kubeconfig", "/x"], /^Unknown option "--kubeconfig"\n/],
  [["setup", "--from-file", "/dev/zero"], /^"\/dev\/zero" is larger than 64 KiB\n/],
];
for (const [args, says] of WRONG) {
  await binaryTest(
    `"${args.join(" ").replaceAll("\x1b", "ESC")}" ends with 2 and says what is wrong`,
    async (program) => {
      const { code, stdout, stderr } = await run(program, args);
      assert.equal(code, 2, stderr);
      assert.equal(stdout, "");
      assert.match(stderr, says);
    },
  );
}

await binaryTest(
  "serve answers /healthz, ends with SIGTERM and leaves no socket",
  (program) =>
    withAgent(program, async (agent) => {
      const health = await (await fetch(`${agent.url}/healthz`)).json();
      assert.deepEqual(health, { status: "ok", version: BUILD.version });
      assert.match(agent.output(), new RegExp(`^Listening on ${agent.url}/\n`));
      assert.ok((await fetch(`${agent.url}/login`).then((it) => it.text())).includes("<!doctype html>"));
      // It is made after the first page, and may be told while the agent stops.
      await until("its certificate", agent.output, (it) => it.includes("SHA-256 fingerprint"));
      const { code } = await agent.stop("SIGTERM");
      assert.equal(code, 0);
      assert.match(agent.output(), /\nStopping\n$/);
      assert.ok(!agent.output().includes(await agent.token()));
      for (const name of ["agent.sock", "agent.lock"]) {
        assert.equal(await exists(`${agent.root}/run/alga-appliance/${name}`), false, name);
      }
    }),
);

await binaryTest(
  "serve answers /metrics: the library for it is in the program",
  (program) =>
    withAgent(program, async (agent) => {
      const headers = { authorization: `Bearer ${await agent.token()}` };
      const text = await (await fetch(`${agent.url}/metrics`, { headers })).text();
      assert.match(text, /^alga_state\{state="installing"\} 1$/m);
    }),
);

await binaryTest(
  "a dead standard error does not end the service, a full standard output is an error",
  async (program) => {
    const root = await Deno.makeTempDir({ prefix: "alga-binary-" });
    try {
      // Started without anybody who reads: its first word on standard error meets a closed pipe.
      const child = new Deno.Command("setpriv", {
        args: ["--pdeathsig", "KILL", program, "serve", "--root", root, "--listen", "127.0.0.1:0"],
        stdin: "null",
        stdout: "null",
        stderr: "piped",
      }).spawn();
      await child.stderr.cancel();
      const socket = `${root}/run/alga-appliance/agent.sock`;
      await until("its socket is there", () => exists(socket), (it) => it);
      const status = await run(program, ["status", "--root", root]);
      assert.equal(status.code, 5, status.stderr);
      child.kill("SIGTERM");
      assert.equal((await child.status).code, 0);
    } finally {
      await Deno.remove(root, { recursive: true });
    }
    const full = await Deno.open("/dev/full", { write: true });
    full.close();
    const child = await new Deno.Command("sh", {
      args: ["-c", 'exec "$0" version > /dev/full', program],
      stderr: "piped",
    }).output();
    assert.equal(child.code, 1);
    assert.match(new TextDecoder().decode(child.stderr), /^No space left on device[^\n]*\n$/);
  },
);

await binaryTest("what the program may do is compiled in and small", async (program) => {
  const bytes = await Deno.readFile(program);
  const text = new TextDecoder("latin1").decode(bytes.subarray(-8_000_000));
  const start = text.indexOf('{"argv":[]');
  assert.ok(start >= 0, "the program's own description is not where it was");
  const permissions = JSON.parse(/"permissions":(\{.*?\}),"location"/s.exec(text.slice(start))?.[1] ?? "");
  assert.equal(permissions.prompt, false);
  assert.equal(permissions.allow_ffi, null);
  assert.ok(permissions.allow_env.length > 0, "an empty list means every variable");
  for (const name of ["HOME", "PATH", "LD_PRELOAD", "AWS_SECRET_ACCESS_KEY", "KUBECONFIG"]) {
    assert.ok(!permissions.allow_env.includes(name), name);
  }
  assert.ok(permissions.allow_sys.length > 0, "an empty list means everything of the system");
  // Nothing of the machine that compiled it.
  const here = new URL("../..", import.meta.url).pathname;
  assert.ok(!text.includes(here), `the program contains "${here}"`);
  for (const name of ["playwright-core", "axe-core"]) assert.ok(!text.includes(name), name);
});

await binaryTest("the environment chooses neither modules nor options of the engine", async (program) => {
  const evil = await Deno.makeTempFile({ suffix: ".js" });
  await Deno.writeTextFile(evil, "console.log('EVIL')");
  const env = { NODE_OPTIONS: `--require ${evil}`, DENO_V8_FLAGS: "--nonsense", KUBECONFIG: "/nowhere" };
  const { code, stdout, stderr } = await run(program, ["version"], { env });
  await Deno.remove(evil);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^alga-agent [^\n]*\n$/);
});

/** Why `/var` cannot be covered for one program. */
async function missingNamespace(): Promise<string | undefined> {
  if (Deno.uid() !== 0) return "a mount namespace needs root";
  const { success } = await new Deno.Command("unshare", {
    args: ["--mount", "mount", "-t", "tmpfs", "tmpfs", "/var"],
    stderr: "null",
  }).output().catch(() => ({ success: false }));
  return success ? undefined : "a mount namespace is not allowed here";
}

await binaryTest(
  "the checks can read the kernel's files without every permission",
  async (program) => {
    // On the machine itself: below another root these files are ordinary ones, and Deno asks for more than that for the real.
    // What the checks try to write goes to a disk that only this program sees.
    const script = 'mount -t tmpfs tmpfs /var && exec "$@"';
    const mirrors = ["ghcr.io", "docker.io"].flatMap((
      it,
    ) => ["--registry-mirror", `${it}=http://127.0.0.1:9`]);
    const { stdout, code } = await new Deno.Command("unshare", {
      args: ["--mount", "sh", "-c", script, "sh", program, "preflight", "-o", "json", ...mirrors],
      stderr: "inherit",
    }).output();
    assert.equal(code, 3, "nobody answers for the registries");
    const results: { id: string; status: string; found: string }[] =
      JSON.parse(new TextDecoder().decode(stdout)).results;
    const found = Object.fromEntries(results.map((it) => [it.id, it]));
    for (const id of ["os.root", "hw.cpu", "hw.memory", "net.ports-tcp"]) {
      const it = found[id];
      assert.ok(it && ["pass", "warn", "fail"].includes(it.status), `${id}: ${it?.found}`);
    }
    assert.match(found["hw.memory"]?.found ?? "", /^\d/);
    assert.equal(found["disk.readonly"]?.status, "pass");
  },
  await missingNamespace(),
);

async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}
