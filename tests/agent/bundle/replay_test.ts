import assert from "node:assert/strict";
import { readBundle } from "../../../agent/bundle/read_bundle.ts";
import { replay } from "../../../agent/bundle/replay.ts";
import { diffBundles } from "../../../agent/bundle/diff_bundles.ts";
import { evaluate, type Snapshot } from "../../../agent/status/mod.ts";
import { makeBundle, sourcesOf } from "./make_bundle.ts";
import { emptySnapshot, NO_MEMORY, substanceOf } from "../../../agent/status/mod.ts";

const AT = "2026-11-26T12:00:00.000Z";

/** A cluster whose database cannot be pulled, with words that came from outside. */
function troubled(): Snapshot {
  const empty = emptySnapshot({ version: "0.1.0", siteId: "site-1", statusUrl: "http://192.0.2.7:8080/" });
  return {
    ...empty,
    api: { state: "answering", since: AT, lastContactAt: AT, error: "", version: "v1.36.5+k3s1" },
    knowledge: { ...empty.knowledge, secrets: "known", pods: "known", nodes: "known", events: "known" },
    setup: { ...empty.setup, status: "done", appUrl: "http://192.0.2.7:3000" },
    pods: [{
      namespace: "msp",
      name: "db-0",
      uid: "u",
      phase: "Pending",
      nodeName: "appliance-01",
      owner: { kind: "StatefulSet", name: "db" },
      conditions: [],
      containers: [{
        name: "db",
        init: false,
        image: "docker.io/ankane/pgvector:latest",
        imageId: "",
        ready: false,
        restartCount: 0,
        state: {
          kind: "waiting",
          reason: "ImagePullBackOff",
          message: 'Back-off pulling image "docker.io/ankane/pgvector:latest": not found',
          exitCode: undefined,
          startedAt: undefined,
          finishedAt: undefined,
        },
        lastState: {
          kind: "none",
          reason: "",
          message: "",
          exitCode: undefined,
          startedAt: undefined,
          finishedAt: undefined,
        },
        port: undefined,
      }],
      podIp: undefined,
      hostIp: undefined,
      reason: "",
      message: "",
      createdAt: "2026-11-26T11:00:00Z",
      deletedAt: undefined,
      sandboxReadyAt: undefined,
      claims: [],
    }],
  };
}

const bundleOf = (snapshot: Snapshot) =>
  makeBundle({
    sources: sourcesOf({ evidence: () => Promise.resolve({ at: AT, snapshot, memory: NO_MEMORY }) }),
  });

Deno.test("a bundle gives the same status and causes as the appliance, with the clock of the bundle", async () => {
  const snapshot = troubled();
  const wanted = evaluate(snapshot, Date.parse(AT));
  assert.ok(wanted.topBlockers.length > 0);
  const got = replay(await bundleOf(snapshot));
  assert.equal(substanceOf(got), substanceOf(wanted));
  assert.equal(got.timestamp, AT);
});

Deno.test("diff tells causes that came and workloads that changed", async () => {
  const [before, after] = await Promise.all([bundleOf({ ...troubled(), pods: [] }), bundleOf(troubled())]);
  const found = diffBundles(before, after).map((it) => it.what);
  assert.ok(found.some((it) => it.startsWith("Finding ")), found.join());
});

Deno.test("what is read may be anything: it is refused in words, and never ends the program", async () => {
  const whole = await bundleOf(troubled());
  const text = new TextDecoder().decode(whole.files.get("replay/evidence.json"));
  let seed = 7;
  const random = (below: number) => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) % below;
  const with_ = (evidence: string) => ({
    ...whole,
    files: new Map([...whole.files, ["replay/evidence.json", new TextEncoder().encode(evidence)]]),
  });
  const values = ['"x"', "null", "[]", "{}", "[null]", "-1", '[{"name":1}]', "true"];
  const names = [...text.matchAll(/^ {0,3}"(\w+)": /gm)].map((it) => it[1] ?? "");
  for (let i = 0; i < 400; i++) {
    const name = names[random(names.length)];
    const odd = i % 2 === 0
      ? text.slice(0, random(text.length)) + text.slice(random(text.length))
      : JSON.stringify({
        at: AT,
        snapshot: { [name ?? "pods"]: JSON.parse(values[random(values.length)] ?? "0") },
      });
    try {
      replay(with_(odd));
    } catch (error) {
      assert.equal((error as { code?: string }).code, "USAGE", String(error));
    }
  }
  const bytes = new Uint8Array(3_000).map(() => random(256));
  await assert.rejects(readBundle(new Blob([bytes]).stream()), { code: "USAGE" });
  await assert.rejects(readBundle(new Blob([]).stream()), { code: "USAGE" });
});
