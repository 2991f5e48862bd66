import assert from "node:assert/strict";
import { mortalCommand } from "../mortal_command.ts";
import { binaryTest } from "./binary_case.ts";

const helper = new URL("dns_answers.ts", import.meta.url).pathname;
const canUnshare = await new Deno.Command("unshare", { args: ["--net", "ip", "link"] }).output()
  .then((it) => it.success, () => false);

interface Found {
  id: string;
  status: string;
  found: string;
  remediation: string;
}

/** What the look-up of the registries finds where the name server answers so. */
async function checkResolve(program: string, how: "cut" | "filtered"): Promise<Found> {
  const root = await Deno.makeTempDir({ prefix: "alga-dns-" });
  try {
    await Deno.mkdir(`${root}/run/systemd/resolve`, { recursive: true });
    await Deno.writeTextFile(`${root}/run/systemd/resolve/resolv.conf`, "nameserver 192.0.2.53\n");
    const { stdout, stderr } = await mortalCommand("unshare", [
      "--net",
      Deno.execPath(),
      "run",
      "-A",
      "--quiet",
      helper,
      how,
      program,
      "preflight",
      "-o",
      "json",
      "--root",
      root,
    ], { stdout: "piped", stderr: "piped" }).output();
    const text = new TextDecoder().decode(stdout);
    assert.ok(text.startsWith("{"), text + new TextDecoder().decode(stderr));
    const found = (JSON.parse(text).results as Found[]).find((it) => it.id === "dns.resolve");
    return found ?? assert.fail("the names were not looked up");
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

await binaryTest(
  "a DNS answer that does not fit a packet is asked for again over TCP; one of a filter is named so",
  async (program) => {
    const cut = await checkResolve(program, "cut");
    assert.equal(cut.status, "pass", JSON.stringify(cut));
    const filtered = await checkResolve(program, "filtered");
    assert.equal(filtered.status, "fail", JSON.stringify(filtered));
    assert.match(filtered.found + filtered.remediation, /filter/);
  },
  canUnshare ? undefined : "no network of its own can be made here",
);
