import assert from "node:assert/strict";
import { until } from "../../until.ts";
import { cli } from "./terminal.ts";

const AT = "2026-11-21T12:00:0";

/** A machine whose kubelet has kept the logs of two pods of one owner, and whose Kubernetes is down. */
async function withLogs(
  body: (root: string, say: (text: string) => Promise<void>) => Promise<void>,
): Promise<void> {
  const root = await Deno.makeTempDir({ prefix: "alga-logs-" });
  try {
    const write = async (pod: string, uid: string, lines: readonly string[]) => {
      const folder = `${root}/var/log/pods/msp_${pod}_${uid}/app`;
      await Deno.mkdir(folder, { recursive: true });
      await Deno.writeTextFile(`${folder}/0.log`, lines.map((it) => `${it}\n`).join(""), { append: true });
    };
    await write("web-7874cf7d4b-gw6cl", "a", [
      `${AT}0.1Z stdout F one`,
      `${AT}2.1Z stderr F ERROR: three \u001b[31mred\u001b[0m \u202e`,
      `${AT}2.1Z stderr F     at x (y.js:1:1)`,
    ]);
    await write("web-7874cf7d4b-x5b2d", "b", [`${AT}1.1Z stdout F two password=Secret-Horse-7`]);
    await body(root, (text) => write("web-7874cf7d4b-gw6cl", "a", [`${AT}9.1Z stdout F ${text}`]));
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

const lines = (out: string) => out.trimEnd().split("\n");

Deno.test("alga-agent logs without a source lists those that there are", () =>
  withLogs(async (root) => {
    const { code, out } = await cli(["logs", "--root", root]);
    assert.equal(code, 0);
    assert.match(out, /^Setup +setup +Setup steps$/m);
    assert.match(out, /^App +msp\/web$/m);
    assert.match(out, /^Host +k3s +k3s \(Kubernetes\)$/m);
    const json = await cli(["logs", "--root", root, "-o", "json"]);
    assert.ok(lines(json.out).map((it) => JSON.parse(it).id).includes("msp/web"));
  }));

Deno.test("alga-agent logs SOURCE merges the pods of an owner, without secrets, colours and what steers", () =>
  withLogs(async (root) => {
    const { code, out, err } = await cli(["logs", "msp/web", "--root", root]);
    assert.deepEqual([code, err], [0, ""]);
    assert.equal(
      out.replaceAll(/\[redacted:[^\]]*\]/g, "[…]"),
      `${AT}0.100Z web-7874cf7d4b-gw6cl/app one
${AT}1.100Z web-7874cf7d4b-x5b2d/app two password=[…]
${AT}2.100Z web-7874cf7d4b-gw6cl/app ERROR: three red \\u202e
${AT}2.100Z web-7874cf7d4b-gw6cl/app     at x (y.js:1:1)
`,
    );
  }));

for (
  const [args, texts] of [
    [["--level", "error"], ["ERROR: three red  "]],
    [["--grep", "TWO"], ["two"]],
    [["--exclude", "one three"], ["two"]],
    [["-n", "1"], ["ERROR: three red  "]],
    [["--pod", "web-7874cf7d4b-x5b2d"], ["two"]],
    [["--since", `${AT}1Z`], ["two", "ERROR: three red  "]],
    [["--since", `${AT}1Z`, "-n", "1"], ["ERROR: three red  "]],
    [["--previous"], []],
  ] as const
) {
  Deno.test(`alga-agent logs ${args.join(" ")}`, () =>
    withLogs(async (root) => {
      const { code, out } = await cli(["logs", "msp/web", "--root", root, "-o", "json", ...args]);
      assert.equal(code, 0);
      const found = out === "" ? [] : lines(out).map((it) => JSON.parse(it).text.replace(/ password=.*/, ""));
      assert.deepEqual(found.map((it) => it.replace("\\u202e", " ")), texts);
    }));
}

Deno.test("alga-agent logs -f goes on until it is told to stop", () =>
  withLogs(async (root, say) => {
    const stop = new AbortController();
    let out = "";
    const running = cli(["logs", "msp/web", "-f", "-n", "1", "--root", root], {
      signal: stop.signal,
      onOut: (text) => out += text,
    });
    await until("the newest line is there", () => out, (it) => it.includes("three red"));
    await say("first news");
    await say("second news");
    await until("they come", () => out, (it) => it.includes("second news"));
    stop.abort();
    assert.equal((await running).code, 0);
    assert.match(out, /three red[^]*first news\n[^]*second news\n/);
    assert.ok(!out.includes("two"), "one entry, and what came");
  }));

for (
  const [args, problem] of [
    [["msp/none"], /There is no source "msp\/none"\. "alga-agent logs" lists them/],
    [["msp/web", "k3s"], /Only one source at a time/],
    [["msp/web", "--since", "soon"], /--since: A time must be like 15m/],
    [["msp/web", "--level", "loud"], /--level: The level must be error/],
    [["msp/web", "-n", "0"], /--lines must be from 1 to 5000/],
  ] as const
) {
  Deno.test(`alga-agent logs ${args.join(" ")} is a wrong use`, () =>
    withLogs(async (root) => {
      const { code, err } = await cli(["logs", ...args, "--root", root]);
      assert.equal(code, 2);
      assert.match(err, problem);
    }));
}

Deno.test("alga-agent logs of a journal that cannot be read says so, with exit code 4", () =>
  withLogs(async (root) => {
    const { code, err } = await cli(["logs", "k3s", "--root", root]);
    assert.equal(code, 4);
    assert.match(err, /k3s cannot be read: Cannot find the program "journalctl"/);
  }));
