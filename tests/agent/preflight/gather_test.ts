import assert from "node:assert/strict";
import { gatherFacts } from "../../../agent/preflight/facts/gather.ts";
import { runPreflight } from "../../../agent/preflight/mod.ts";
import { FakeHost } from "../../fakes/fake_host.ts";
import { checkContext, greenHost } from "./check_case.ts";

/** Counts what is read of a host, by path or command. */
function counting(host: FakeHost): Map<string, number> {
  const counts = new Map<string, number>();
  const count = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);
  const { readText, run } = host;
  host.readText = (path, options) => {
    if (!path.endsWith("/.alga-write-test")) count(path); // a probe, not a fact
    return readText.call(host, path, options);
  };
  host.run = (argv, options) => {
    count(argv.join(" "));
    return run.call(host, argv, options);
  };
  return counts;
}

Deno.test("a run of all checks reads each file and asks each program once", async () => {
  const host = greenHost();
  const counts = counting(host);
  await runPreflight(checkContext({ host }));
  for (const needed of ["/etc/os-release", "/proc/net/tcp", "ip -j addr show", "ip -j route show"]) {
    assert.ok(counts.has(needed), needed);
  }
  assert.deepEqual([...counts].filter(([, times]) => times > 1), []);
});

Deno.test("the next run looks again", async () => {
  const host = greenHost();
  const names = async () => (await gatherFacts(host).interfaces()).map((it) => it.name);
  assert.deepEqual(await names(), ["ens3"]);
  host.commands.set("ip -j addr show", { stdout: "[]" });
  assert.deepEqual(await names(), []);
});

Deno.test("a fact that cannot be read fails the checks that need it and no others", async () => {
  const host = greenHost();
  host.commands.set("ip -j addr show", { code: 1, stderr: "no netlink" });
  const { results } = await runPreflight(checkContext({ host }));
  const failed = results.filter((it) => it.status === "error").map((it) => it.id);
  assert.deepEqual(failed, [
    "net.interface",
    "net.address",
    "net.mtu",
    "net.cidr",
    "net.duplicate-ip",
    "dns.loop",
    "dns.app-host",
  ]);
});
