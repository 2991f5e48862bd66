import assert from "node:assert/strict";
import { RealHost } from "../../agent/host/real_host.ts";
import { readNftRuleset } from "../../agent/preflight/facts/nft_ruleset.ts";

const unit = await Deno.readTextFile(new URL("../../systemd/alga-appliance.service", import.meta.url));
const GRANTED = /^CapabilityBoundingSet=(.*)$/m.exec(unit)?.[1] ?? "";

/** What is missing of what the tests need; "" when nothing is. */
async function missing(): Promise<string> {
  if (Deno.uid() !== 0) return "not root";
  for (const program of ["/usr/bin/setpriv", "/usr/sbin/nft"]) {
    if (await Deno.stat(program).catch(() => undefined) === undefined) return `${program} is not installed`;
  }
  const { code } = await new Deno.Command("nft", {
    args: ["list", "ruleset"],
    stderr: "null",
    stdout: "null",
  }).output();
  return code === 0 ? "" : "this machine does not let root read the packet filter";
}

const why = await missing();

/** A host on which every program runs with these capabilities of root and no other. */
function confined(capabilities: string): RealHost {
  const host = new RealHost("/");
  const kept = capabilities.split(" ").map((it) => it.replace("CAP_", "+").toLowerCase()).join(",");
  const { run } = host;
  host.run = (argv, options) =>
    run.call(host, ["setpriv", `--bounding-set=-all,${kept}`, "--inh-caps=-all", ...argv], options);
  return host;
}

Deno.test({
  name: `the service may read the packet filter${why && ` (skipped: ${why})`}`,
  ignore: why !== "",
  async fn() {
    assert.ok(Array.isArray((await readNftRuleset(confined(GRANTED))).chains));
    await assert.rejects(
      readNftRuleset(confined(GRANTED.replace("CAP_NET_ADMIN ", ""))),
      /Operation not permitted/,
    );
  },
});

Deno.test("the service may ask the neighbours for its address", () => {
  assert.ok(GRANTED.split(" ").includes("CAP_NET_RAW"));
  assert.match(unit, /^RestrictAddressFamilies=.*\bAF_PACKET\b/m);
});
