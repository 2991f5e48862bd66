import assert from "node:assert/strict";
import { runCli } from "../../../agent/cli/run_cli.ts";
import { COMMANDS } from "../../../agent/cli/commands.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import { until } from "../../until.ts";
import { cli } from "./terminal.ts";

/** The process would end here: timers of its last seconds, and what a start that failed had opened, end with it. */
const UNCOUNTED = { sanitizeOps: false, sanitizeResources: false } as const;

interface Served {
  root: string;
  port: number;
}

/** `alga-agent serve` in this process below a root of its own, whose `ip` tells of two addresses. */
async function withServe(listen: string, body: (served: Served) => Promise<void>): Promise<void> {
  const root = await makeRoot();
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
    readInput: () => Promise.resolve(new Uint8Array()),
    readLine: () => Promise.resolve(""),
    readSecret: () => Promise.resolve(undefined),
    isTyped: false,
    columns: undefined,
    color: false,
    signal,
  });
}

async function statusUrl(root: string): Promise<string> {
  return JSON.parse((await cli(["status", "-o", "json", "--root", root])).out).urls.statusUrl;
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
