import assert from "node:assert/strict";
import { controlFile, debChangelog, debVersion } from "../../../tools/deb/control.ts";
import { findProgram } from "../../cluster/find_program.ts";

Deno.test("debVersion() writes a pre-release as dpkg orders it", () => {
  assert.equal(debVersion("0.1.0"), "0.1.0");
  assert.equal(debVersion("1.0.0-rc.1"), "1.0.0~rc.1");
});

const hasDpkg = await findProgram("dpkg") !== undefined;
Deno.test({
  name: `dpkg takes a pre-release for older than its release${hasDpkg ? "" : " (skipped: no dpkg)"}`,
  ignore: !hasDpkg,
  async fn() {
    const isLess = async (a: string, b: string) =>
      (await new Deno.Command("dpkg", { args: ["--compare-versions", a, "lt", b] }).output()).success;
    assert.ok(await isLess(debVersion("1.0.0-rc.1"), debVersion("1.0.0")));
    assert.ok(!await isLess("1.0.0-rc.1", "1.0.0"), "as it stands it would be newer");
  },
});

Deno.test("the control file has version and size, and no line that would end it early", () => {
  const text = controlFile({ version: "1.0.0-rc.1", installedKib: 90_000 });
  assert.match(text, /^Version: 1\.0\.0~rc\.1$/m);
  assert.match(text, /^Installed-Size: 90000$/m);
  for (const line of text.trimEnd().split("\n")) assert.match(line, /^(?:[A-Z][\w-]*: \S| \S)/);
});

Deno.test("the changelog has the date of the commit as dpkg wants it", () => {
  const text = debChangelog("0.1.0", new Date("2026-01-02T03:04:05Z"));
  assert.match(text, /^alga-agent \(0\.1\.0\) stable; urgency=medium\n/);
  assert.match(text, /\n -- .+ <\S+@\S+> {2}Fri, 02 Jan 2026 03:04:05 \+0000\n$/);
});
