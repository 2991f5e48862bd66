import assert from "node:assert/strict";
import { runCli } from "../../../agent/cli/run_cli.ts";
import { COMMANDS } from "../../../agent/cli/commands.ts";
import { systemClock } from "../../../agent/clock.ts";
import { RealHost } from "../../../agent/host/real_host.ts";
import { entryOf } from "../../../agent/operation/entries.ts";
import { writeSettings } from "../../../agent/settings/settings_store.ts";
import type { StatusDocument } from "../../../agent/status/document.ts";
import { openJournal } from "../../../agent/state/journal.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import { SETTINGS } from "../settings/settings_world.ts";
import { until } from "../../until.ts";
import { cli } from "./terminal.ts";

/** The process would end here: timers of its last seconds, and what a start that failed had opened, end with it. */
const UNCOUNTED = { sanitizeOps: false, sanitizeResources: false } as const;

interface Served {
  root: string;
  port: number;
}

/** `alga-agent serve` in this process below a root of its own, whose `ip` tells of two addresses; `before` fills it. */
async function withServe(
  listen: string,
  body: (served: Served) => Promise<void>,
  before: (root: string) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const root = await makeRoot();
  await before(root);
  const over = new AbortController();
  let said = "";
  const running = serve(root, listen, over.signal, (text) => said += text);
  try {
    const port = await until(
      "it listens",
      () => Number(/^Listening on http:\/\/\S+:(\d+)\/$/m.exec(said)?.[1]),
      (it) => it > 0,
    );
    await body({ root, port });
  } finally {
    over.abort();
    assert.equal(await running, 0, said);
    await Deno.remove(root, { recursive: true });
  }
}

async function makeRoot(): Promise<string> {
  const root = await Deno.makeTempDir({ prefix: "alga-serve-" });
  await Deno.mkdir(`${root}/usr/bin`, { recursive: true });
  const addresses = ["169.254.7.7", "192.0.2.8"];
  const links = [{
    ifname: "ens3",
    flags: ["LOWER_UP"],
    addr_info: addresses.map((local) => ({ family: "inet", local, prefixlen: 24 })),
  }];
  const text = `#!/bin/sh\ncat <<'END'\n${JSON.stringify(links)}\nEND\n`;
  await Deno.writeTextFile(`${root}/usr/bin/ip`, text, { mode: 0o755 });
  return root;
}

function serve(
  root: string,
  listen: string,
  signal: AbortSignal,
  err: (text: string) => void = () => {},
): Promise<number> {
  return runCli(COMMANDS, ["serve", "--root", root, "--listen", listen], {
    out: () => {},
    err,
    outBytes: () => {},
    readInput: () => Promise.resolve(new Uint8Array()),
    readLine: () => Promise.resolve(""),
    readSecret: () => Promise.resolve(undefined),
    isTyped: false,
    columns: undefined,
    color: false,
    signal,
  });
}

async function readStatus(root: string): Promise<StatusDocument> {
  return JSON.parse((await cli(["status", "-o", "json", "--root", root])).out);
}

async function statusUrl(root: string): Promise<string> {
  return (await readStatus(root)).urls.statusUrl;
}

const ADDRESSES: readonly [listen: string, opened: string][] = [
  ["127.0.0.1:0", "127.0.0.1"],
  ["0.0.0.0:0", "192.0.2.8"],
  ["[::]:0", "192.0.2.8"],
];
for (const [listen, opened] of ADDRESSES) {
  Deno.test({
    name: `serve on ${listen} tells people to open ${opened} and the port that it got`,
    ...UNCOUNTED,
  }, () =>
    withServe(listen, async ({ root, port }) => {
      const wanted = `http://${opened}:${port}/`;
      await until("the status says so", () => statusUrl(root), (it) => it === wanted);
    }));
}

Deno.test(
  { name: "who sees serve's port answer may use its socket", ...UNCOUNTED },
  () =>
    withServe("127.0.0.1:0", async ({ root, port }) => {
      assert.equal((await (await fetch(`http://127.0.0.1:${port}/healthz`)).json()).status, "ok");
      (await Deno.connect({ transport: "unix", path: root + PATHS.socket })).close();
    }),
);

Deno.test(
  { name: "serve whose port is taken says so and leaves no socket behind", ...UNCOUNTED },
  async () => {
    const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const root = await makeRoot();
    const { code, err } = await cli(["serve", "--root", root, "--listen", `127.0.0.1:${taken.addr.port}`]);
    assert.equal(code, 1);
    assert.match(err, /^Cannot listen on 127\.0\.0\.1:\d+: another program uses this port\nWhat to do: /);
    await assert.rejects(Deno.lstat(root + PATHS.socket), Deno.errors.NotFound);
    taken.close();
    await Deno.remove(root, { recursive: true });
  },
);

const RESOLVED = "/run/systemd/resolve/resolv.conf";

/** An appliance that was set up: its agent could not be updated, and a change of its settings waits for somebody. */
async function leaveTroubles(root: string): Promise<void> {
  const host = new RealHost(root);
  const journal = await openJournal(host, systemClock);
  const failure = {
    category: "unknown",
    message: "The new agent did not answer",
    suggestedNextStep: "Look at its log",
    retrySafe: true,
    at: "2026-11-26T09:00:00.000Z",
  };
  for (
    const [type, data] of [
      entryOf("setup", "requested", { runId: "1" }),
      entryOf("setup", "finished", {}),
      entryOf("agent-update", "requested", { runId: "2" }),
      entryOf("agent-update", "step.failed", { stepId: "renew", failure }),
      entryOf("settings", "requested", { runId: "3" }),
      entryOf("settings", "blocked", {}),
    ]
  ) await journal.append(type, data);
  await writeSettings(host, systemClock, { settings: SETTINGS, changed: {}, history: [] }, {
    settings: SETTINGS,
    by: "root",
  });
  for (const path of [RESOLVED, PATHS.k3sResolvConf]) {
    await host.writeFile(path, "nameserver 192.0.2.53\n", { mode: 0o644 });
  }
}

Deno.test({
  name:
    "serve tells of DNS servers that the cluster does not get, and of an update of the agent that ended badly",
  ...UNCOUNTED,
}, async () => {
  const now = Date.now;
  try {
    await withServe("127.0.0.1:0", async ({ root }) => {
      const ids = async () => (await readStatus(root)).topBlockers.map((it) => it.id);
      const seen = await until("the update is told of", ids, (it) => it.includes("agent.update-failed"));
      assert.ok(!seen.includes("dns.cluster-stale"), "the servers are the same");
      let ahead = 0;
      Date.now = () => now() + ahead * 10_000;
      await until(
        "servers that were held for a minute are told of",
        async () => {
          ahead++; // nobody waits for that minute here
          await Deno.writeTextFile(root + RESOLVED, "nameserver 192.0.2.98\n"); // looked at with each change
          return await ids();
        },
        (it) => it.includes("dns.cluster-stale"),
      );
    }, leaveTroubles);
  } finally {
    Date.now = now;
  }
});
