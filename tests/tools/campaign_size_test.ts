import assert from "node:assert/strict";
import { mortalCommand } from "../mortal_command.ts";

const SIZE = new URL("../campaign_size.ts", import.meta.url).href;
const CODE = `const { campaignSeed, campaignCount } = await import("${SIZE}");
console.log(campaignSeed(5), campaignCount(300));`;

async function sizeWith(env: Record<string, string>): Promise<{ code: number; said: string }> {
  const { code, stdout, stderr } = await mortalCommand(Deno.execPath(), ["eval", CODE], {
    env: { NO_COLOR: "1", ALGA_CAMPAIGN_SEED: "", ALGA_CAMPAIGN_FACTOR: "", ...env },
    stdout: "piped",
    stderr: "piped",
  }).output();
  return { code, said: new TextDecoder().decode(code === 0 ? stdout : stderr).trim() };
}

for (
  const [env, said] of [
    [{}, "5 300"],
    [{ ALGA_CAMPAIGN_SEED: "0" }, "5 300"],
    [{ ALGA_CAMPAIGN_SEED: "1000" }, "1005 300"],
    [{ ALGA_CAMPAIGN_SEED: "4294967295", ALGA_CAMPAIGN_FACTOR: "16" }, "4 4800"],
  ] as const
) {
  Deno.test(`${JSON.stringify(env)} makes a test's seed 5 and its count 300 ${said}`, async () => {
    assert.deepEqual(await sizeWith(env), { code: 0, said });
  });
}

for (const [name, text] of [["FACTOR", "0"], ["FACTOR", "1.5"], ["SEED", "x"], ["SEED", "-1"]] as const) {
  Deno.test(`ALGA_CAMPAIGN_${name}=${text} is refused by name, not taken for something else`, async () => {
    const { code, said } = await sizeWith({ [`ALGA_CAMPAIGN_${name}`]: text });
    assert.notEqual(code, 0);
    assert.match(said, new RegExp(`ALGA_CAMPAIGN_${name} .*"${text}"`));
  });
}
