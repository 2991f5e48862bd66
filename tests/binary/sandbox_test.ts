import assert from "node:assert/strict";
import { binaryTest } from "./binary_case.ts";
import { run } from "./program.ts";

/** What systemd-analyze calls OK; 10 is a service that closes nothing. */
const MAX_EXPOSURE = 5.0;

const hasAnalyze = await Deno.stat("/usr/bin/systemd-analyze").then(() => true, () => false);

await binaryTest(
  "the unit that the program brings and installs is closed as far as setting up allows",
  async (program) => {
    const root = await Deno.makeTempDir({ prefix: "alga-sandbox-" });
    try {
      const installed = await run(program, ["install", "--any-system", "--root", root]);
      assert.equal(installed.code, 0, installed.stderr + installed.stdout);
      const unit = `${root}/etc/systemd/system/alga-appliance.service`;
      const text = await Deno.readTextFile(unit);
      const mib = (key: string) => Number(new RegExp(`^${key}=(\\d+)M$`, "m").exec(text)?.[1]);
      assert.ok(mib("MemoryHigh") < mib("MemoryMax") && mib("MemoryMax") <= 1024, "its memory has limits");
      const { stdout, stderr } = await new Deno.Command("systemd-analyze", {
        args: ["security", "--offline=yes", "--no-pager", unit],
        env: { LANG: "C.UTF-8", SYSTEMD_COLORS: "0" },
      }).output();
      const said = new TextDecoder().decode(stdout);
      const [, score] = /Overall exposure level for \S+: (\d+\.\d)/.exec(said) ?? [];
      assert.ok(score !== undefined, said + new TextDecoder().decode(stderr));
      assert.ok(Number(score) <= MAX_EXPOSURE, score);
    } finally {
      await Deno.remove(root, { recursive: true });
    }
  },
  hasAnalyze ? undefined : "the Debian package systemd is not installed",
);
