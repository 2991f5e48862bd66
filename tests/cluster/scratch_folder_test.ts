import assert from "node:assert/strict";
import { exists } from "./exists.ts";
import { makeScratchFolder } from "./scratch_folder.ts";

Deno.test("a scratch folder is there, private, and gone after close()", async () => {
  const folder = await makeScratchFolder("alga-scratch-");
  await Deno.writeTextFile(`${folder.dir}/x`, "x");
  assert.equal(((await Deno.stat(folder.dir)).mode ?? 0) & 0o777, 0o700);
  await folder.close();
  assert.equal(await exists(folder.dir), false);
});

Deno.test("a scratch folder goes with a process that was killed", async () => {
  const script = `
    import { makeScratchFolder } from "${new URL("./scratch_folder.ts", import.meta.url)}";
    const folder = await makeScratchFolder("alga-scratch-");
    await Deno.writeTextFile(folder.dir + "/x", "x");
    console.log(folder.dir);
    setInterval(() => {}, 1000);
  `;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", script],
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  const dir = new TextDecoder().decode((await reader.read()).value).trim();
  assert.equal(await exists(`${dir}/x`), true, dir);
  child.kill("SIGKILL");
  await child.status;
  await reader.cancel();
  for (let i = 0; i < 100 && await exists(dir); i++) await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(await exists(dir), false);
});
