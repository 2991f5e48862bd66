import assert from "node:assert/strict";
import { COMMANDS } from "../../../agent/cli/commands.ts";
import { manPage } from "../../../agent/install/man_page.ts";
import { cli } from "../cli/terminal.ts";

const commands = await Promise.all(COMMANDS.map((it) => it.load()));
const build = { version: "1.2.3", commit: "c", builtAt: "2026-01-02T03:04:05.000Z" };
const page = manPage(commands, build);

Deno.test("the manual page has every command with its whole help", () => {
  assert.match(page, /^\.TH ALGA\\-AGENT 8 "2026-01-02" "alga\\-agent 1\.2\.3" "Alga appliance"\n/);
  const plain = page.replaceAll("\\-", "-").replaceAll("\\&", "").replaceAll("\\e", "\\");
  for (const { name, help } of commands) {
    assert.ok(plain.includes(`.SS ${name}\n`), name);
    assert.ok(plain.includes(`\n.nf\n${help}\n.fi\n`), name);
  }
});

Deno.test("the manual page lists the exit codes that the program tells", async () => {
  const told = (await cli(["help"])).out.split("Exit codes: ")[1] ?? "";
  const codes = [...told.matchAll(/(\d) ([^,.]+)/g)];
  assert.equal(codes.length, 7);
  for (const [, code = "", what = ""] of codes) {
    assert.ok(page.includes(`.B ${code}\n${what.replaceAll("\n", " ")}\n`), `${code} ${what}`);
  }
});

Deno.test("text cannot become a request or an escape of roff", () => {
  const help = ".so /etc/shadow\n'br\n  .fine\nC:\\temp";
  assert.ok(
    manPage([{ name: "x", summary: ".x", help }], build).includes(
      ".SS x\n\\&.x.\n.PP\n.nf\n\\&.so /etc/shadow\n\\&'br\n  .fine\nC:\\etemp\n.fi\n",
    ),
  );
});
