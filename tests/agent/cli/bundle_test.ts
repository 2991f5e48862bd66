import assert from "node:assert/strict";
import { openJournal } from "../../../agent/state/journal.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import { readMade } from "../../bundle/keep_bundle.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { FakeHost } from "../../fakes/fake_host.ts";
import { cli } from "./terminal.ts";
import { withStandIn } from "./stand_in_agent.ts";

async function withRoot(body: (root: string) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir({ prefix: "alga-bundle-" });
  try {
    await body(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

/** Makes one of a machine with nothing on it, without an agent. */
async function make(root: string, name = "b.tar.gz"): Promise<string> {
  const path = `${root}/${name}`;
  const { code, err } = await cli(["bundle", "--output", path, "--root", root]);
  assert.equal(code, 0, err);
  await readMade((await Deno.open(path)).readable);
  return path;
}

Deno.test("bundle works with the agent stopped, writes 0600 and says so", () =>
  withRoot(async (root) => {
    const path = await make(root);
    assert.equal(((await Deno.stat(path)).mode ?? 0) & 0o777, 0o600);
    const bundle = await readMade((await Deno.open(path)).readable);
    assert.equal(bundle.manifest.by, "command line");
    assert.ok(bundle.files.has("summary.md") && bundle.files.has("replay/evidence.json"));
    // Nothing was written below the root: its disk may be read-only.
    assert.deepEqual((await Array.fromAsync(Deno.readDir(root))).map((it) => it.name), ["b.tar.gz"]);
  }));

Deno.test("bundle --output - gives the archive on standard output, and not to a terminal", () =>
  withRoot(async (root) => {
    const { code, bytes, out } = await cli(["bundle", "--output", "-", "--root", root]);
    assert.deepEqual([code, out], [0, ""]);
    assert.ok(
      (await readMade(new Blob([(bytes ?? new Uint8Array()) as Uint8Array<ArrayBuffer>]).stream())).files
        .has("summary.md"),
    );
    const refused = await cli(["bundle", "--output", "-", "--root", root], { columns: 80 });
    assert.equal(refused.code, 2);
    assert.match(refused.err, /^"--output -" needs a pipe or a file/);
  }));

Deno.test("bundle asks the running agent, so that page and command share one run", () =>
  withStandIn(async (agent) => {
    agent.answers["POST /api/v1/support/bundle"] = [{ status: 200, body: "an archive" }];
    const path = `${agent.root}/b.tar.gz`;
    const { code } = await cli(["bundle", "--output", path, "--strict", "--root", agent.root]);
    assert.equal(code, 0);
    assert.equal(await Deno.readTextFile(path), "an archive");
    assert.deepEqual(agent.asked[0]?.body, { strict: true, recipients: [] });
    agent.answers["POST /api/v1/support/bundle"] = [{
      status: 409,
      body: { title: "Busy", detail: "Another bundle is being made." },
    }];
    const busy = await cli(["bundle", "--output", path, "--root", agent.root]);
    assert.deepEqual([busy.code, busy.err], [1, "Another bundle is being made.\n"]);
  }));

Deno.test("bundle inspect says the status as it was; --file lists and prints; -o json is the document", () =>
  withRoot(async (root) => {
    const path = await make(root);
    const table = await cli(["bundle", "inspect", path]);
    assert.equal(table.code, 0);
    assert.match(
      table.out,
      /^Bundle alga-appliance-support-\S+, made \d{4}-\d\d-\d\d \d\d:\d\d UTC by agent [^]*something is missing of: [A-Z][^]*\nNot set up yet\nNext: Open setup to begin\./,
    );
    assert.equal(
      JSON.parse((await cli(["bundle", "inspect", path, "-o", "json"])).out).rollup.state,
      "installing",
    );
    assert.match(
      (await cli(["bundle", "inspect", path, "--file", "."])).out,
      /^agent\.json\nblockers\.json\n/,
    );
    assert.match((await cli(["bundle", "inspect", path, "--file", "summary.md"])).out, /^# Support bundle/);
    assert.equal((await cli(["bundle", "inspect", path, "--file", "none"])).code, 2);
  }));

Deno.test("bundle inspect FILE logs, workloads and events say what the commands of an appliance say", () =>
  withRoot(async (root) => {
    await Deno.mkdir(`${root}/usr/bin`, { recursive: true });
    const said = "2026-11-26T12:00:00.000001+0000 box k3s[7]: level=error msg=broken";
    await Deno.writeTextFile(
      `${root}/usr/bin/journalctl`,
      `#!/bin/sh\ncase "$*" in *"-u k3s"*) echo '${said}'; echo '-- No entries --';; esac\n`,
      { mode: 0o755 },
    );
    const path = await make(root);
    const inspect = (...args: string[]) => cli(["bundle", "inspect", path, ...args]);
    assert.match(
      (await inspect("logs")).out,
      /^Host +agent +This agent\n[^]*Host +k3s +k3s \(Kubernetes\)\n/m,
    );
    const { code, out } = await inspect("logs", "k3s", "--level", "error");
    assert.deepEqual([code, out], [0, "2026-11-26T12:00:00.000Z level=error msg=broken\n"]);
    assert.equal((await inspect("logs", "k3s", "--exclude", "broken")).out, "");
    assert.deepEqual(JSON.parse((await inspect("logs", "k3s", "-o", "json")).out), {
      at: "2026-11-26T12:00:00.000001000Z",
      stream: "k3s",
      level: "error",
      text: "level=error msg=broken",
    });
    const none = await inspect("logs", "none");
    assert.equal(none.code, 2);
    assert.match(none.err, /There is no source "none"\. "alga-agent bundle inspect FILE logs" lists them/);
    assert.equal((await inspect("logs", "k3s", "--follow")).code, 2);
    assert.equal((await inspect("workloads")).code, 0);
    assert.equal(JSON.parse((await inspect("workloads", "-o", "json")).out).rows.length, 0);
    assert.equal((await inspect("workloads", "msp/db-0")).code, 2);
    assert.equal(JSON.parse((await inspect("events", "-o", "json")).out).total, 0);
    assert.equal((await inspect("events", "--since", "yesterday")).code, 2);
  }));

Deno.test("bundle inspect FILE timeline tells what happened in sentences, oldest first", () =>
  withRoot(async (root) => {
    const clock = new FakeClock();
    const host = new FakeHost();
    const journal = await openJournal(host, clock);
    await journal.append("setup.requested", { by: "browser 192.0.2.7" });
    await clock.advance(1_000);
    await journal.append("step.failed", { stepId: "k3s", failure: { message: "no answer" } });
    await Deno.mkdir(`${root}${PATHS.stateDir}`, { recursive: true });
    await Deno.writeTextFile(`${root}${PATHS.journal}`, await host.readText(PATHS.journal) ?? "");
    const path = await make(root);
    const inspect = (...args: string[]) => cli(["bundle", "inspect", path, "timeline", ...args]);
    const { code, out } = await inspect();
    assert.equal(code, 0);
    assert.match(out, /record of the appliance: Setup: asked for by browser 192\.0\.2\.7\n/);
    assert.match(out, /Setup: asked for[^]*Setup: step "k3s": failed/);
    assert.ok(JSON.parse((await inspect("-o", "json")).out).some((it: { isBad: boolean }) => it.isBad));
    assert.equal((await inspect("-o", "yaml")).code, 2);
    const mistyped = await cli(["bundle", "inspect", path, "timelines"]);
    assert.equal(mistyped.code, 2);
    assert.match(
      mistyped.err,
      /no "timelines"\. Behind its file may stand: workloads, events, logs, timeline/,
    );
  }));

Deno.test("bundle diff says what changed, and nothing of two that are alike", () =>
  withRoot(async (root) => {
    const before = await make(root);
    await Deno.mkdir(`${root}/usr/bin`, { recursive: true });
    const ip = JSON.stringify([{
      ifname: "ens3",
      flags: ["LOWER_UP"],
      addr_info: [{ family: "inet", local: "192.0.2.8", prefixlen: 24 }],
    }]);
    await Deno.writeTextFile(`${root}/usr/bin/ip`, `#!/bin/sh\necho '${ip}'\n`, { mode: 0o755 });
    const after = await make(root, "c.tar.gz");
    const same = await cli(["bundle", "diff", before, before]);
    assert.deepEqual([same.code, same.out], [0, "Nothing changed\n"]);
    const changed = await cli(["bundle", "diff", before, after]);
    assert.deepEqual([changed.code, changed.out], [1, "Addresses: nothing → 192.0.2.8\n"]);
  }));

Deno.test("bundle serve shows it as pages on loopback, without a script and by no foreign name", () =>
  withRoot(async (root) => {
    const path = await make(root);
    const stop = new AbortController();
    let said = "";
    const { runCli } = await import("../../../agent/cli/run_cli.ts");
    const { COMMANDS } = await import("../../../agent/cli/commands.ts");
    const url = Promise.withResolvers<string>();
    const running = runCli(COMMANDS, ["bundle", "serve", path, "--port", "0"], {
      out: () => {},
      outBytes: () => {},
      err(text) {
        said += text;
        const found = /http:\/\/127\.0\.0\.1:\d+\//.exec(said)?.[0];
        if (found !== undefined) url.resolve(found);
      },
      readInput: () => Promise.resolve(new Uint8Array()),
      readLine: () => Promise.resolve(""),
      readSecret: () => Promise.resolve(undefined),
      isTyped: false,
      columns: undefined,
      color: false,
      signal: stop.signal,
    });
    const base = await url.promise;
    for (
      const [page, wanted] of [
        ["", /Not set up yet/],
        ["workloads", /<h1>Workloads/],
        ["events", /<h1>Events/],
        ["timeline", /<h1>Timeline/],
        ["files", /summary\.md/],
        ["files/summary.md", /# Support bundle/],
        ["help", /<h1>Help/],
        ["help?id=dns.refused", /What to do, in this order/],
      ] as const
    ) {
      const response = await fetch(base + page);
      assert.equal(response.status, 200, page);
      assert.match(response.headers.get("content-security-policy") ?? "", /^default-src 'none'/);
      const text = await response.text();
      assert.match(text, wanted);
      assert.ok(!text.includes("<script"));
    }
    for (const [page, code] of [["help/dns.none-such", 404], ["findings/dns.refused.txt", 404]] as const) {
      assert.equal(await fetch(base + page).then((it) => (it.body?.cancel(), it.status)), code, page);
    }
    assert.equal(
      await fetch(`${base}files/..%2f..%2fetc/passwd`).then((it) => (it.body?.cancel(), it.status)),
      404,
    );
    stop.abort();
    assert.equal(await running, 0);
  }));

Deno.test("what is not a bundle is refused in words", () =>
  withRoot(async (root) => {
    const path = `${root}/x`;
    await Deno.writeTextFile(path, "no archive");
    const { code, err } = await cli(["bundle", "inspect", path]);
    assert.equal(code, 1);
    assert.match(err, /"[^"]*x": This is not a support bundle: [^\n]*\nWhat to do: Name a file/);
    for (
      const [argv, wanted] of [
        [["bundle"], /Say where the bundle goes/],
        [["bundle", "--output", "x", "--recipient", "age1nope"], /--recipient must be a public key of age/],
        [["bundle", "inspect", "/none"], /"\/none" does not exist/],
        [["bundle", "diff", path], /Name 2 bundles/],
        [["bundle", "serve", path, "--port", "x"], /--port must be a number/],
      ] as const
    ) {
      const run = await cli(argv);
      assert.equal(run.code, 2, argv.join(" "));
      assert.match(run.err, wanted);
    }
  }));

Deno.test("a file that cannot be written is told, with another way", () =>
  withRoot(async (root) => {
    const { code, err } = await cli(["bundle", "--output", `${root}/none/b.tar.gz`, "--root", root]);
    assert.equal(code, 1);
    assert.match(err, /Cannot write "[^"]*b\.tar\.gz": [^\n]*\nWhat to do: Write it elsewhere/);
  }));
