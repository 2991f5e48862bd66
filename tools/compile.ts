import { Buffer } from "node:buffer";
import { basename, dirname, resolve } from "node:path";
import { parseArgs } from "node:util";
import { BUNDLE } from "./bundle.ts";
import { CODE_CACHE_NAME, SCRIPT_NAME } from "./compile/load_program.ts";
import { DENO_VERSION, denortFromCarrier } from "./denort.ts";
import { licenceTexts } from "./licence_texts.ts";
import { type BundledPackage, bundledPackages } from "./release_agent/bundled_packages.ts";

/**
 * Makes the one executable: bundle → what V8 makes of it → compile. The same inputs give the same bytes: the date is the commit's,
 * nothing of this machine goes in.
 */
const TARGETS = { x64: "x86_64-unknown-linux-gnu", arm64: "aarch64-unknown-linux-gnu" } as const;

/** What the agent may do. Children are not bound by this; the systemd unit is the real fence. */
const PERMISSIONS = [
  "--allow-net",
  "--allow-read",
  "--allow-write",
  "--allow-run",
  "--allow-env=TERM,LANG,LC_ALL,LC_CTYPE,ACCESSIBLE,NOTIFY_SOCKET,WATCHDOG_USEC,WATCHDOG_PID,RUNTIME_DIRECTORY,JOURNAL_STREAM,NO_COLOR,DENO_TLS_CA_STORE,HTTP_PROXY,HTTPS_PROXY,NO_PROXY,http_proxy,https_proxy,no_proxy,NODE_EXTRA_CA_CERTS,NODE_DEBUG,NODE_OPTIONS,SSL_CERT_FILE,SSL_CERT_DIR,NODE_V8_COVERAGE,LOG_TOKENS,LOG_STREAM",
  "--allow-sys=hostname,osRelease,networkInterfaces,cpus,systemMemoryInfo,uid,gid",
  "--no-prompt",
];

/**
 * By itself V8 lets the heap become several times what is alive before it collects: hundreds of MiB after large answers. And it keeps
 * two halves of up to 16 MiB for what is new, of which a long operation soon has both: 15 MiB that nothing needs.
 */
const V8_FLAGS = "--v8-flags=--heap-growing-percent=30,--max-semi-space-size=8";
/** The part of the source that makes and starts the executable; the rest is bundled. */
const LOADER = ["load_program.ts", "start.ts", "make_code_cache.ts"];
/** Twice the same is wanted; on a machine under load one may be made before V8 is through. */
const CODE_CACHE_TRIES = 5;

const repo = new URL("..", import.meta.url).pathname;
const DEFINITIONS = `${repo}flux/flux-crds.yaml`;

try {
  await compile();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  Deno.exit(1);
}

async function compile(): Promise<void> {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      target: { type: "string", default: "x64" },
      release: { type: "boolean", default: false },
      // For tests on machines without Go: the program may lack Flux's definitions, which its checks say.
      partial: { type: "boolean", default: false },
      output: { type: "string" },
    },
  });
  const target = TARGETS[values.target as keyof typeof TARGETS];
  if (!target) throw new Error(`--target must be x64 or arm64, not "${values.target}"`);
  if (Deno.version.deno !== DENO_VERSION) {
    throw new Error(`Compile with Deno ${DENO_VERSION}; this is ${Deno.version.deno}`);
  }
  const hasDefinitions = await Deno.stat(DEFINITIONS).then(() => true, () => false);
  if (!hasDefinitions && (values.release || !values.partial)) {
    throw new Error("flux/flux-crds.yaml is missing; make it first, with Go on this machine: deno task crds");
  }
  const name = values.target === "x64" ? "alga-agent" : `alga-agent-${values.target}`;
  const output = resolve(values.output ?? `${repo}.out/${name}`);
  await Deno.mkdir(dirname(output), { recursive: true });
  await Deno.mkdir(`${repo}.build`, { recursive: true });
  // A folder of its own, so that two compiles side by side do not mix.
  const build = await Deno.makeTempDir({ dir: `${repo}.build`, prefix: "run-" });
  try {
    const { commit, committedAt } = await readCommit();
    await bundle(build, commit, committedAt);
    // What V8 makes here is not for another kind of machine, which starts without.
    const isOwnKind = target === Deno.build.target;
    if (isOwnKind) await makeCodeCache(build);
    const include = ["--include", SCRIPT_NAME, ...(isOwnKind ? ["--include", CODE_CACHE_NAME] : [])];
    include.push(...await addFiles(build, hasDefinitions));
    // The executable holds the times of its files.
    for (const { name } of Deno.readDirSync(build)) {
      await Deno.utime(`${build}/${name}`, committedAt, committedAt);
    }
    await link(build, output, { target, include, isRelease: values.release });
    const { size } = await Deno.stat(output);
    console.log(`${output}  ${(size / 1e6).toFixed(1)} MB  ${commit}`);
  } finally {
    await Deno.remove(build, { recursive: true });
  }
}

/** What is compiled: the commit, marked when the tree differs from it. */
async function readCommit(): Promise<{ commit: string; committedAt: Date }> {
  const head = await git(["rev-parse", "--short=12", "HEAD"]) ?? "unknown";
  const isChanged = (await git(["status", "--porcelain", "--untracked-files=no"]) ?? "") !== "";
  const committedSec = Number(await git(["log", "-1", "--format=%ct"]) ?? 0);
  return { commit: isChanged ? `${head}-changed` : head, committedAt: new Date(committedSec * 1000) };
}

/** All modules as one script, as V8's code cache wants it. */
async function bundle(build: string, commit: string, committedAt: Date): Promise<void> {
  await deno([...BUNDLE, "--minify", "--outdir", build, "main.ts"], repo);
  const places = new Set<string>();
  const text = (await Deno.readTextFile(`${build}/main.js`)).replaceAll(
    /@@ALGA_(COMMIT|BUILT_AT)@@/g,
    (_, place) => {
      places.add(place);
      return place === "COMMIT" ? commit : committedAt.toISOString();
    },
  );
  if (places.size < 2) throw new Error("The bundle has lost the place where commit or date goes");
  await Deno.remove(`${build}/main.js`);
  // Strict, as the modules are that it is made of. One letter beyond Latin-1 would have V8 keep all of it in two bytes a letter.
  const ascii = text.replaceAll(
    /[^\0-\x7f]/g,
    (it) => `\\u${it.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  const script = `(function(require,module,exports){"use strict";${ascii}\n})`;
  await Deno.writeTextFile(`${build}/${SCRIPT_NAME}`, script);
  for (const name of LOADER) await Deno.copyFile(`${repo}tools/compile/${name}`, `${build}/${name}`);
}

/**
 * What V8 makes of the bundle, by the same version with the same flags, for this kind of machine. It is the same for the same
 * bundle: nothing of this machine or of this process's surroundings goes in.
 */
async function makeCodeCache(build: string): Promise<void> {
  const path = `${build}/${CODE_CACHE_NAME}`;
  const made = `${path}.new`; // under its own name it would be used for the next one
  const make = async () => {
    const args = ["run", "--quiet", "-A", "--no-config", "--no-lock", "--unstable-net", V8_FLAGS];
    await deno([...args, "make_code_cache.ts", made], build, { DENO_DIR: `${build}/deno-dir` }, true);
    return await Deno.readFile(made);
  };
  let before = await make();
  for (let tries = 1; tries < CODE_CACHE_TRIES; tries++) {
    const cache = await make();
    if (Buffer.compare(cache, before) === 0) return await Deno.rename(made, path);
    before = cache;
  }
  throw new Error(
    `V8 made other code of the same bundle each of ${CODE_CACHE_TRIES} times; is this machine under load? Try again`,
  );
}

/** What is read at run time stands beside the bundle; gives the arguments that embed it. */
async function addFiles(build: string, hasDefinitions: boolean): Promise<string[]> {
  const files = [
    "views/style.css",
    "systemd/alga-appliance.service",
    "systemd/alga-appliance-console@.service",
    "systemd/alga-appliance-login@.service",
    "systemd/alga-appliance-update.service",
  ];
  for (const path of files) {
    await Deno.copyFile(`${repo}${path}`, `${build}/${basename(path)}`);
  }
  await Deno.writeTextFile(`${build}/licences.txt`, await licenceTexts(await packages(), repo));
  if (hasDefinitions) await Deno.copyFile(DEFINITIONS, `${build}/flux-crds.yaml`);
  const names = [
    ...files.map((it) => basename(it)),
    "licences.txt",
    ...(hasDefinitions ? ["flux-crds.yaml"] : []),
  ];
  return names.flatMap((it) => ["--include", it]);
}

/** The npm packages whose code is in the program: a bundle that was not minified names them. */
async function packages(): Promise<BundledPackage[]> {
  const dir = await Deno.makeTempDir({ dir: `${repo}.build`, prefix: "run-packages-" });
  try {
    await deno([...BUNDLE, "--outdir", dir, "main.ts"], repo);
    const texts = await Promise.all(
      [...Deno.readDirSync(dir)].map((it) => Deno.readTextFile(`${dir}/${it.name}`)),
    );
    return bundledPackages(texts.join("\n"));
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** The executable. Runtime: DENORT_BIN, Deno's own download, else the fallback. */
async function link(
  build: string,
  output: string,
  { target, include, isRelease }: { target: string; include: string[]; isRelease: boolean },
): Promise<void> {
  const args = [
    "compile",
    "--quiet",
    "--no-check",
    "--no-code-cache",
    V8_FLAGS,
    // The bundle needs neither the import map nor the lock file, and both name what only tests use.
    "--no-config",
    "--no-lock",
    "--target",
    target,
    ...PERMISSIONS,
    ...include,
    "--unstable-net",
    "-o",
    output,
    "start.ts",
  ];
  let denort = Deno.env.get("DENORT_BIN");
  if (denort === undefined) {
    const download = await new Deno.Command(Deno.execPath(), {
      args,
      cwd: build,
      env: { NO_COLOR: "1" },
      stderr: "piped",
    }).output();
    if (download.success) return;
    const why = new TextDecoder().decode(download.stderr).split("\n\nStack backtrace")[0]?.trim();
    if (isRelease) {
      throw new Error(`A release is compiled with Deno's own runtime; its download failed:\n${why}`);
    }
    if (target !== TARGETS.x64) {
      throw new Error(
        `The runtime for ${target} comes from Deno's own download only, which failed:\n${why}`,
      );
    }
    denort = await denortFromCarrier(`${repo}.build/cache`);
  }
  await deno(args, build, { DENORT_BIN: denort });
}

async function deno(
  args: string[],
  cwd: string,
  env: Record<string, string> = {},
  clearEnv = false,
): Promise<void> {
  const { code } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd,
    env,
    clearEnv,
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  if (code !== 0) throw new Error(`deno ${args[0]} ended with ${code}`);
}

async function git(args: string[]): Promise<string | undefined> {
  const result = await new Deno.Command("git", { args, cwd: repo, stdout: "piped", stderr: "null" }).output()
    .catch(() => undefined);
  return result?.success ? new TextDecoder().decode(result.stdout).trim() : undefined;
}
