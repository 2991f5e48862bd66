import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { textPieces } from "../../../agent/bundle/collector.ts";
import { bundleText } from "../../../agent/bundle/read_bundle.ts";
import { runBundle } from "../../../agent/bundle/run_bundle.ts";
import { FakeHost } from "../../fakes/fake_host.ts";
import { allText, collector, makeBundle, sourcesOf } from "./make_bundle.ts";

const GOOD = collector("good", (tools) => tools.file("good.txt", textPieces("fine\n")));
const forEver = () => new Promise<never>(() => {});

Deno.test("a bundle has manifest, summary and its files with size and checksum, below one folder", async () => {
  const bundle = await makeBundle({ collectors: [GOOD] });
  assert.deepEqual([...bundle.files.keys()].sort(), ["good.txt", "manifest.json", "summary.md"]);
  const [file] = bundle.manifest.files;
  assert.deepEqual([file?.path, file?.collector, file?.sizeBytes], ["good.txt", "good", 5]);
  assert.equal(file?.sha256, createHash("sha256").update("fine\n").digest("hex"));
  assert.equal(bundle.manifest.collectors[0]?.status, "complete");
  assert.match(
    bundleText(bundle, "summary.md") ?? "",
    /^# Support bundle alga-appliance-support-\d{8}T\d{6}Z\n/,
  );
});

/** What a collector may do wrong, with what is told of it and whether something of it is there. */
const FAULTS: readonly [
  name: string,
  fault: Parameters<typeof collector>[1],
  why: RegExp,
  hasFile: boolean,
][] = [
  ["hangs", forEver, /took too long/, false],
  ["throws", () => Promise.reject(new Error("it broke")), /it broke/, false],
  [
    "is refused",
    () => Promise.reject(new Deno.errors.PermissionDenied("Permission denied (os error 13)")),
    /os error 13/,
    false,
  ],
  [
    "meets a full disk",
    () => Promise.reject(new Error("No space left on device (os error 28)")),
    /os error 28/,
    false,
  ],
  [
    "hangs after a file",
    async (tools) => {
      await tools.file("some.txt", textPieces("some\n"));
      await forEver();
    },
    /took too long/,
    true,
  ],
  [
    "has a file that stops coming",
    (tools) =>
      tools.file(
        "some.txt",
        (async function* () {
          yield await Promise.resolve("first\nhalf of a li");
          await forEver();
        })(),
      ),
    /^$/,
    true,
  ],
];
for (const [name, fault, why, hasFile] of FAULTS) {
  Deno.test(`a collector that ${name} costs itself, and the archive is whole`, async () => {
    const bundle = await makeBundle({
      collectors: [collector("bad", fault), GOOD],
      limits: { collectorMs: 200 },
    });
    const [bad, good] = bundle.manifest.collectors;
    assert.equal(good?.status, "complete");
    assert.ok(bundle.files.has("good.txt"));
    assert.equal(bundle.files.has("some.txt"), hasFile);
    if (why.source !== "^$") {
      assert.match(bad?.missing[0]?.why ?? "", why);
      assert.match(
        bundleText(bundle, "summary.md") ?? "",
        /Part bad: (?:nothing of it could be had|a part of it is missing)\n {2}- /,
      );
    } else {
      assert.equal(bundleText(bundle, "some.txt"), "first\n");
      assert.equal(bundle.manifest.files.find((it) => it.path === "some.txt")?.truncated, "the time was up");
    }
  });
}

Deno.test("10 GB of log keep beginning and end, and the time limit ends them", async () => {
  let given = 0;
  const endless = collector("endless", (tools) =>
    tools.file(
      "endless.log",
      (async function* () {
        for (;;) {
          given++;
          yield await Promise.resolve(`line ${given} ${"x".repeat(100)}\n`.repeat(400));
        }
      })(),
      { maxBytes: 200_000 },
    ));
  const bundle = await makeBundle({ collectors: [endless, GOOD], limits: { collectorMs: 700 } });
  const text = bundleText(bundle, "endless.log") ?? "";
  assert.ok(given > 4, `${given} pieces were read`);
  assert.ok(text.length < 400_000, `${text.length}`);
  assert.match(text, /^line 1 x/);
  assert.match(text, /\n\[\d+ bytes were left out here\]\n/);
});

Deno.test("the whole has a time and a size; what was not begun is told", async () => {
  const slow = Array.from({ length: 6 }, (_, i) => collector(`slow-${i}`, forEver));
  const late = await makeBundle({ collectors: [...slow, GOOD], limits: { bundleMs: 300 } });
  assert.equal(late.manifest.endedEarly, "the time for a bundle was up");
  assert.equal(late.manifest.collectors.at(-1)?.status, "not-started");
  const large = Array.from(
    { length: 4 },
    (_, i) =>
      collector(`large-${i}`, (tools) => tools.file(`large-${i}.txt`, textPieces("x\n".repeat(50_000)))),
  );
  const full = await makeBundle({ collectors: [...large, GOOD], limits: { totalBytes: 150_000 } });
  assert.equal(full.manifest.endedEarly, "the bundle had its full size");
  assert.ok(allText(full).length < 400_000);
});

Deno.test("what cannot be redacted does not leave, and is told", async () => {
  const odd = collector("odd", async (tools) => {
    await tools.file(
      "picture.png",
      (async function* () {
        yield await Promise.resolve(new Uint8Array(4_000).map((_, i) => i % 7 + 1));
      })(),
    );
    await tools.file("after.txt", textPieces("fine\n"));
  });
  const bundle = await makeBundle({ collectors: [odd] });
  assert.ok(!bundle.files.has("picture.png"));
  assert.deepEqual(bundle.manifest.skipped, [{
    path: "picture.png",
    collector: "odd",
    why: "It is not text",
  }]);
  assert.ok(bundle.files.has("after.txt"));
});

Deno.test("when nobody wants it any more, collectors end and the stream breaks", async () => {
  const stop = new AbortController();
  let ended = false;
  const run = runBundle({
    sources: sourcesOf(),
    collectors: [collector("waiting", async ({ signal }) => {
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      ended = true;
    })],
    build: { version: "0", commit: "c", builtAt: "" },
    by: "a test",
    strict: false,
    signal: stop.signal,
  });
  await new Promise((resolve) => setTimeout(resolve, 50));
  stop.abort(new Error("gone"));
  await assert.rejects(run.done);
  assert.ok(ended);
});

Deno.test("it works with nothing set up, and when what was observed cannot be had", async () => {
  const nothing = await makeBundle();
  assert.deepEqual(nothing.manifest.collectors.filter((it) => it.status === "failed"), []);
  const blind = await makeBundle({ sources: sourcesOf({ evidence: () => Promise.reject(new Error("no")) }) });
  assert.equal(blind.manifest.collectors.find((it) => it.id === "agent.status")?.status, "failed");
});

Deno.test("a host on which nothing can be written or run still gives its files", async () => {
  const host = new FakeHost({
    "/var/lib/alga-appliance/journal.jsonl": "{}\n",
    "/run/reboot-required": "yes\n",
  });
  host.writeError = "Read-only file system";
  const bundle = await makeBundle({ sources: sourcesOf({ host }) });
  assert.equal(bundleText(bundle, "host/reboot-required.txt"), "yes\n");
  assert.deepEqual(host.record.filter((it) => !it.startsWith("run ")), [], "nothing was written");
});

Deno.test("of a long file the end is taken, from its first whole line on", async () => {
  const host = new FakeHost({
    "/var/log/installer/curtin-install.log": `password=Geheim77Geheim77\n${
      "line of the log\n".repeat(80_000)
    }last\n`,
  });
  const text = bundleText(await makeBundle({ sources: sourcesOf({ host }) }), "host/curtin.log") ?? "";
  assert.ok(text.startsWith("line of the log\n") && text.endsWith("last\n"));
});
