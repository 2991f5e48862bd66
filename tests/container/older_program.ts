import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { run } from "../vm/run.ts";

/** The same program, whose build says that it is a year older. */
export async function olderProgram(program: string, dir: string): Promise<string> {
  const { builtAt } = JSON.parse(await run(program, ["version", "-o", "json"]));
  const older = `${Number(builtAt.slice(0, 4)) - 1}${builtAt.slice(4)}`;
  const bytes = Buffer.from(await Deno.readFile(program));
  const at = bytes.indexOf(builtAt);
  assert.ok(at > 0, "the date of the build stands in the program as it is");
  bytes.write(older, at);
  const path = `${dir}/older-agent`;
  await Deno.writeFile(path, bytes, { mode: 0o755 });
  assert.equal(JSON.parse(await run(path, ["version", "-o", "json"])).builtAt, older);
  return path;
}
