import assert from "node:assert/strict";
import { mortalCommand } from "../mortal_command.ts";

const tool = new URL("../../tools/test.ts", import.meta.url).pathname;

for (const word of ["nonsense", "--al"]) {
  Deno.test(`the test runner refuses "${word}" and names the choices`, async () => {
    const args = ["run", "-A", "--quiet", "--no-check", tool, "real", word];
    const { code, stdout, stderr } = await mortalCommand(Deno.execPath(), args, {
      stdout: "piped",
      stderr: "piped",
    }).output();
    const said = new TextDecoder().decode(stderr);
    assert.equal(code, 2, said);
    assert.equal(stdout.length, 0, "a suite was started");
    assert.ok(said.includes(`"${word}"`), said);
    assert.match(said, /--all.*"compiled binary".*"real node"/);
  });
}
