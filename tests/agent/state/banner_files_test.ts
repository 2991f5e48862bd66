import assert from "node:assert/strict";
import { removeBanner, withBlock, writeBanner } from "../../../agent/state/banner_files.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import { MAINTAINER_SCRIPTS } from "../../../tools/deb/maintainer_scripts.ts";
import { FakeHost } from "../../fakes/fake_host.ts";

const BANNER = { lines: ["Open http://192.0.2.7:8080/", "a\\b"], secretLines: ["Setup token: AAAAA"] };

Deno.test("the block is put at the end, replaced in its place, and taken out without a trace", () => {
  for (const text of ["", "Welcome\n", "Welcome\n\nnews\n", "no end of line"]) {
    const once = withBlock(text, ["one"]);
    assert.ok(once.startsWith(text));
    assert.equal(withBlock(once, ["one"]), once);
    const more = `${once}later\n`;
    const twice = withBlock(more, ["two", "lines"]);
    assert.ok(twice.startsWith(text) && twice.endsWith("later\n") && !twice.includes("one\n---"));
    assert.equal(withBlock(withBlock(text, ["one"]), []).trimEnd(), text.trimEnd());
  }
});

Deno.test("half a block loses nothing that stands behind it", () => {
  const whole = withBlock("before\n", ["one"]);
  const [begin = "", end = ""] = whole.split("\n").filter((it) => it.startsWith("---"));
  for (const text of [`${begin}\nothers\n`, `${end}\nothers\n`, `${end}\nothers\n${begin}\n`]) {
    const lines = withBlock(text, ["one"]).split("\n");
    for (const it of ["others", begin, "one", end]) {
      assert.equal(lines.filter((line) => line === it).length, 1, it);
    }
  }
});

Deno.test("the token is in the file that root alone may read, and escapes of agetty(8) are none", async () => {
  const host = new FakeHost({ [PATHS.motd]: "Welcome\n" });
  assert.equal(await writeBanner(host, BANNER), undefined);
  const [issue, motd, run] = await Promise.all(
    [PATHS.issue, PATHS.motd, PATHS.banner].map((it) => host.readText(it)),
  );
  assert.match(issue ?? "", /Setup token: AAAAA/);
  assert.ok((issue ?? "").includes("a\\\\b"));
  assert.equal((await host.info(PATHS.issue))?.mode, 0o600);
  for (const text of [motd, run]) assert.ok(!text?.includes("AAAAA") && text?.includes("192.0.2.7"));
  host.record.length = 0;
  await writeBanner(host, BANNER);
  assert.deepEqual(
    host.record.filter((it) => it.startsWith("write")),
    [],
    "what is there is not written again",
  );
  await removeBanner(host);
  assert.equal(await host.readText(PATHS.motd), "Welcome\n");
  assert.equal(await host.info(PATHS.issue), undefined);
});

Deno.test("a file that cannot be written is told, and stops nothing", async () => {
  const host = new FakeHost();
  host.writeError = "no space";
  assert.match(await writeBanner(host, BANNER) ?? "", /alga-appliance\.issue: /);
});

Deno.test("the Debian package takes the same block out", () => {
  const marks = withBlock("", ["x"]).split("\n").filter((it) => it.startsWith("---"));
  assert.equal(marks.length, 2);
  for (const it of marks) assert.ok(MAINTAINER_SCRIPTS.postrm.includes(`/^${it}$/`), it);
});
