import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { compile, compiledProgram } from "./program.ts";

/** What a build needs of the tree. */
const TREE = [
  "main.ts",
  "deno.json",
  "deno.lock",
  "agent",
  "routes",
  "views",
  "k8s",
  "flux",
  "systemd",
  "tools",
];

const repo = new URL("../..", import.meta.url).pathname;
const E_MACHINE_AARCH64 = 183;

const program = await compiledProgram();
const ignore = !program.ok;
const suffix = program.ok ? "" : ` (skipped: ${program.reason})`;

Deno.test({
  name: `the same tree gives the same bytes, side by side and in other folders${suffix}`,
  ignore,
  async fn() {
    const dir = await Deno.makeTempDir({ prefix: "alga-compile-" });
    try {
      const copies = [`${dir}/a`, `${dir}/another/much/deeper/place`];
      for (const copy of copies) {
        await copyTree(copy);
        // The fallback runtime was fetched and checked once; it is an input, not a result.
        await cp(`${repo}.build`, `${copy}/.build`).catch(() => {});
      }
      const [first, second] = copies as [string, string];
      const runs = await Promise.all([
        compile(["--partial", "--output", `${dir}/one`], { tool: `${first}/tools/compile.ts` }),
        compile(["--partial", "--output", `${dir}/two`], { tool: `${first}/tools/compile.ts` }),
        compile(["--partial", "--output", `${dir}/three`], { tool: `${second}/tools/compile.ts` }),
      ]);
      for (const { code, output } of runs) assert.equal(code, 0, output);
      const sums = await Promise.all(["one", "two", "three"].map((it) => sha256(`${dir}/${it}`)));
      assert.equal(new Set(sums).size, 1, sums.join(" "));
      for (const copy of copies) {
        const left = [...Deno.readDirSync(`${copy}/.build`)].filter((it) => it.name.startsWith("run-"));
        assert.deepEqual(left, []);
      }
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
});

const armDir = await Deno.makeTempDir({ prefix: "alga-compile-" });
const armBuild = await compile(["--partial", "--target", "arm64", "--output", `${armDir}/alga-agent`]);
const armHeader = armBuild.code === 0 ? await elfHeader(`${armDir}/alga-agent`) : undefined;
await Deno.remove(armDir, { recursive: true });

Deno.test({
  name: `--target arm64 makes an executable for aarch64${
    armHeader ? "" : " (skipped: Deno's own download of the arm64 runtime cannot be reached)"
  }`,
  ignore: armHeader === undefined,
  fn() {
    assert.equal(armHeader?.getUint32(0), 0x7f454c46);
    assert.equal(armHeader?.getUint16(18, true), E_MACHINE_AARCH64);
  },
});

Deno.test({
  name: `--target arm64 never takes the fallback, which is for x86-64${
    armHeader ? " (skipped: Deno's own download of the arm64 runtime works)" : ""
  }`,
  ignore: armHeader !== undefined,
  fn() {
    assert.equal(armBuild.code, 1);
    assert.match(armBuild.output, /comes from Deno's own download only, which failed/);
  },
});

Deno.test("--release refuses the fallback runtime, and a tree without Flux's definitions", async () => {
  const dir = await Deno.makeTempDir({ prefix: "alga-compile-" });
  try {
    await copyTree(`${dir}/tree`);
    const release = async () =>
      await compile(["--release", "--output", `${dir}/alga-agent`], {
        tool: `${dir}/tree/tools/compile.ts`,
        // An empty cache and a proxy that is not there: Deno's own download fails wherever this runs.
        env: {
          HTTPS_PROXY: "http://127.0.0.1:9",
          https_proxy: "http://127.0.0.1:9",
          DENO_DIR: await cacheWithoutRuntime(dir),
        },
      });
    await Deno.writeTextFile(`${dir}/tree/flux/flux-crds.yaml`, "# a stand-in\n");
    const withoutRuntime = await release();
    assert.equal(withoutRuntime.code, 1, withoutRuntime.output);
    assert.match(
      withoutRuntime.output,
      /A release is compiled with Deno's own runtime; its download failed/,
    );
    await Deno.remove(`${dir}/tree/flux/flux-crds.yaml`);
    const withoutDefinitions = await release();
    assert.equal(withoutDefinitions.code, 1, withoutDefinitions.output);
    assert.match(withoutDefinitions.output, /^flux\/flux-crds\.yaml is missing/m);
    const tool = `${dir}/tree/tools/compile.ts`;
    const whole = await compile(["--output", `${dir}/alga-agent`], { tool });
    assert.equal(whole.code, 1, "nor is any other program made without them by accident");
    assert.match(whole.output, /^flux\/flux-crds\.yaml is missing; make it first, .*: deno task crds\n$/);
    await assert.rejects(Deno.stat(`${dir}/alga-agent`), Deno.errors.NotFound);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("the compile tool refuses a target that it does not know", async () => {
  const { code, output } = await compile(["--target", "riscv"]);
  assert.equal(code, 1);
  assert.match(output, /^--target must be x64 or arm64, not "riscv"\n$/);
});

/** Packages and the bundler as they are here, but no runtime to compile in. */
async function cacheWithoutRuntime(dir: string): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  const denoDir = JSON.parse(new TextDecoder().decode(stdout)).denoDir as string;
  const copy = `${dir}/deno-dir`;
  await Deno.remove(copy, { recursive: true }).catch(() => {});
  await Deno.mkdir(`${copy}/dl`, { recursive: true });
  for await (const { name } of Deno.readDir(denoDir)) {
    if (name !== "dl") await Deno.symlink(`${denoDir}/${name}`, `${copy}/${name}`);
  }
  for await (const { name } of Deno.readDir(`${denoDir}/dl`)) {
    if (name !== "release") await Deno.symlink(`${denoDir}/dl/${name}`, `${copy}/dl/${name}`);
  }
  return copy;
}

async function copyTree(to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for (const name of TREE) await cp(`${repo}${name}`, `${to}/${name}`);
}

async function cp(from: string, to: string): Promise<void> {
  const { code } = await new Deno.Command("cp", { args: ["-rL", from, to], stderr: "null" }).output();
  if (code !== 0) throw new Error(`Cannot copy ${from}`);
}

async function elfHeader(path: string): Promise<DataView> {
  using file = await Deno.open(path);
  const header = new Uint8Array(64);
  await file.read(header);
  return new DataView(header.buffer);
}

async function sha256(path: string): Promise<string> {
  return createHash("sha256").update(await Deno.readFile(path)).digest("hex");
}
