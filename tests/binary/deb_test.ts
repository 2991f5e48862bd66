import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { basename } from "node:path";
import { PACKAGE_PLACES } from "../../agent/install/places.ts";
import { FOLDERS } from "../../agent/install/tmpfiles.ts";
import { buildDeb } from "../../tools/deb/build_deb.ts";
import { findProgram } from "../cluster/find_program.ts";
import { binaryTest } from "./binary_case.ts";
import { run } from "./program.ts";

const repo = new URL("../..", import.meta.url).pathname;
const missing = async (...programs: string[]) => {
  for (const it of programs) if (await findProgram(it) === undefined) return `no ${it}`;
  return undefined;
};

const dir = await Deno.makeTempDir({ prefix: "alga-deb-" });
globalThis.addEventListener("unload", () => Deno.removeSync(dir, { recursive: true }));
let built: Promise<string> | undefined;

/** The package of the program, made once. */
async function debOf(program: string): Promise<string> {
  return await (built ??= buildDeb({ repo, program, dir: `${dir}/once` }));
}

const sha256 = async (path: string) => createHash("sha256").update(await Deno.readFile(path)).digest("hex");

await binaryTest(
  "the same program gives the same package, whatever the umask and the folder",
  async (program) => {
    const first = await debOf(program);
    assert.equal(basename(first), "alga-agent_0.1.0_amd64.deb");
    const args = ["-c", 'umask 077 && exec "$0" run -A --quiet "$1" --program "$2" --dir "$3"'];
    const again = await run("sh", [
      ...args,
      Deno.execPath(),
      `${repo}tools/deb/main.ts`,
      program,
      `${dir}/again/deeper`,
    ]);
    assert.equal(again.code, 0, again.stderr);
    assert.equal(await sha256(`${dir}/again/deeper/${basename(first)}`), await sha256(first));
  },
  await missing("dpkg-deb"),
);

await binaryTest(
  "the package holds the program, its unit, page and completion, for root and readable by all",
  async (program) => {
    const { stdout } = await run("dpkg-deb", ["--contents", await debOf(program)]);
    const files = new Map(
      stdout.trim().split("\n").map((line) => line.split(/\s+/)).map((
        it,
      ) => [it[5] ?? "", `${it[0]} ${it[1]}`]),
    );
    const { unit, consoleUnit, loginUnit, tmpfiles } = PACKAGE_PLACES;
    for (
      const path of [
        unit,
        consoleUnit,
        loginUnit,
        tmpfiles,
        PACKAGE_PLACES.completion,
        `${PACKAGE_PLACES.manPage}.gz`,
      ]
    ) {
      assert.equal(files.get(`.${path}`), "-rw-r--r-- root/root", path);
    }
    assert.equal(files.get(`.${PACKAGE_PLACES.program}`), "-rwxr-xr-x root/root");
    const places = [...files.keys()].filter((it) => !it.endsWith("/") && !it.startsWith("./usr/"));
    assert.deepEqual(places, [], "nothing of a machine's own: no token, no state");
  },
  await missing("dpkg-deb"),
);

await binaryTest("lintian finds no error and no warning", async (program) => {
  const args = ["--tag-display-limit", "0", "--fail-on", "error,warning", await debOf(program)];
  // As root it says that it should not be.
  const { code, stdout } = await run("lintian", args, { env: { LANG: "C.UTF-8" } });
  assert.deepEqual({ code, stdout: stdout.trim() }, { code: 0, stdout: "" });
}, await missing("dpkg-deb", "lintian"));

await binaryTest(
  "dpkg installs it below a root, enabled, and removes and purges it again",
  async (program) => {
    const root = `${dir}/root`;
    for (const it of ["var/lib/dpkg/info", "var/lib/dpkg/updates", "var/lib/alga-appliance"]) {
      await Deno.mkdir(`${root}/${it}`, { recursive: true });
    }
    for (const it of ["status", "available"]) await Deno.writeTextFile(`${root}/var/lib/dpkg/${it}`, "");
    await Deno.writeTextFile(`${root}/var/lib/alga-appliance/journal.jsonl`, "");
    const isThere = (path: string) => Deno.lstat(root + path).then(() => true, () => false);
    // The scripts run on this machine and are told the root; what the package depends on is not in the tree.
    const dpkg = async (...args: string[]) => {
      const given = [`--root=${root}`, "--force-depends", "--force-script-chrootless", ...args];
      const { code, stdout, stderr } = await run("dpkg", given);
      assert.equal(code, 0, stdout + stderr);
    };
    await dpkg("--install", await debOf(program));
    const version = await run(`${root}${PACKAGE_PLACES.program}`, ["version"]);
    assert.match(version.stdout, /^alga-agent /);
    const wanted = "/etc/systemd/system/multi-user.target.wants/alga-appliance.service";
    assert.ok(await isThere(wanted), "not enabled");
    const console = "/etc/systemd/system/getty.target.wants/alga-appliance-console@tty1.service";
    assert.ok(await isThere(console), "no console on tty1");
    const modeOf = async (path: string) => ((await Deno.stat(root + path)).mode ?? 0) & 0o7777;
    for (const path of FOLDERS) assert.equal(await modeOf(path), 0o750, path);
    await dpkg("--remove", "alga-agent");
    assert.equal(await isThere(PACKAGE_PLACES.program), false);
    assert.ok(await isThere("/var/lib/alga-appliance/journal.jsonl"), "the data is kept");
    await dpkg("--purge", "alga-agent");
    assert.equal(await isThere("/var/lib/alga-appliance"), false);
    assert.equal(await isThere(wanted), false);
    assert.equal(await isThere(console), false);
  },
  Deno.uid() === 0 ? await missing("dpkg", "dpkg-deb", "deb-systemd-helper") : "only root runs dpkg",
);

Deno.test("deno task deb without a program says what to make first", async () => {
  const { code, stderr } = await run(Deno.execPath(), [
    "run",
    "-A",
    "--quiet",
    `${repo}tools/deb/main.ts`,
    "--program",
    "/nowhere",
  ]);
  assert.equal(code, 1);
  assert.equal(stderr, '"/nowhere" is missing; make it first: deno task compile\n');
});
