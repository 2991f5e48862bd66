import assert from "node:assert/strict";
import { mortalCommand } from "../mortal_command.ts";

const tool = new URL("../../tools/gate.ts", import.meta.url).pathname;

async function gate(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await mortalCommand(
    Deno.execPath(),
    ["run", "-A", "--quiet", "--no-check", tool, ...args],
    { stdout: "piped", stderr: "piped" },
  ).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

Deno.test("the gate refuses a part that it does not know and names those that it does", async () => {
  const { code, stderr, stdout } = await gate("--only", "nonsense");
  assert.equal(code, 2);
  assert.match(stderr, /"nonsense".*"format", "lint", "types"/);
  assert.equal(stdout, "");
});

Deno.test("--list shows the parts with their limits; --quick leaves out what takes long", async () => {
  const all = await gate("--list");
  assert.match(all.stdout, /^machine +\d+ min {2}real node$/m);
  const quick = await gate("--list", "--quick");
  assert.doesNotMatch(quick.stdout, /real node|programs|clean tree|system packages/);
  assert.match(quick.stdout, /unit and component/);
});

Deno.test("a part of the gate runs within its limit, and the last line counts", async () => {
  const { code, stdout, stderr } = await gate("--only", "npm packages");
  assert.equal(code, 0, stdout + stderr);
  assert.match(stdout, /^npm packages +passed +\d+:\d\d +5 min +1$/m);
  assert.match(stdout, /\n1 passed, 0 failed, 0 skipped\n$/);
});
