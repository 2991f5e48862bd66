import assert from "node:assert/strict";
import { textPieces } from "../../agent/bundle/collector.ts";
import { COLLECTORS } from "../../agent/bundle/collectors.ts";
import type { ReadBundle } from "../../agent/bundle/read_bundle.ts";
import { emptySnapshot, NO_MEMORY, type Snapshot } from "../../agent/status/mod.ts";
import { createBundleViewer } from "../../routes/bundle_viewer.ts";
import { collector, makeBundle, sourcesOf } from "../agent/bundle/make_bundle.ts";
import {
  broken,
  deployment,
  event,
  NOW,
  podOf,
  snapshotOf,
  waiting,
  workingMore,
} from "../agent/status/objects.ts";

const POD = "workflow-worker-7d9c5-x2x8p";
const MADE = podOf("workflow-worker", waiting("ImagePullBackOff", "not found"));

/** A worker whose image there is not, seen long before anybody reads it. */
function troubled(): Snapshot {
  return snapshotOf(
    broken("workflow-worker", {
      deployments: [deployment("msp", "workflow-worker", { ready: 0 })],
      pods: [MADE],
      events: [event(MADE, "Failed", "manifest unknown", { secondsAgo: 120 })],
    }),
    workingMore(),
  );
}

const CLAIM = {
  metadata: { namespace: "msp", name: "files" },
  spec: { volumeName: "pv-1" },
  status: { phase: "Bound", capacity: { storage: "5Gi" } },
};

/** The pod's own object, as a bundle keeps it. */
function withVolume(): Record<string, unknown> {
  const [container] = MADE.spec.containers;
  return {
    ...MADE,
    spec: {
      ...MADE.spec,
      containers: [{ ...container, volumeMounts: [{ name: "files", mountPath: "/data/files" }] }],
      volumes: [{ name: "files", persistentVolumeClaim: { claimName: "files" } }],
    },
  };
}

/** As the collector of objects writes them. */
async function* documents(...objects: unknown[]): AsyncGenerator<string> {
  for (const it of objects) yield await Promise.resolve(`${JSON.stringify(it, undefined, 1)}\n`);
}

const at = (minute: number, text: string) => `2026-11-21T11:${minute}:00.000000001Z ${text}\n`;
/** As the collectors write them. */
const LOGS = [
  [
    `pods/msp/${POD}/app.log`,
    at(51, "ERROR it broke <b>") + at(51, "    at work (a.js:1:1)") +
    at(58, "password=hunter2-never-shown"),
  ],
  [`pods/msp/${POD}/app.previous.log`, at(10, "INFO before the restart")],
  [`pods/msp/workflow-worker-7d9c5f8b6d-bcdfg/app.log`, at(55, "INFO the other one")],
  [
    "logs/k3s.log",
    "2026-11-21T12:30:00.000001+01:00 node k3s[12]: level=warning msg=one\n" + " ".repeat(60) + "and more\n",
  ],
] as const;

function bundleOf(snapshot: Snapshot): Promise<ReadBundle> {
  const log = collector("app.pods-logs", async (tools) => {
    for (const [path, text] of LOGS) await tools.file(path, textPieces(text));
  });
  const objects = collector("kube.workloads", async (tools) => {
    await tools.file("kube/pods.json", documents(withVolume(), { kind: "broken" }));
    await tools.file("kube/persistentvolumeclaims.json", documents(CLAIM));
  });
  return makeBundle({
    sources: sourcesOf({ evidence: () => Promise.resolve({ at: NOW, snapshot, memory: NO_MEMORY }) }),
    collectors: [...COLLECTORS.filter((it) => it.id === "agent.status"), log, objects],
  });
}

function askOf(bundle: ReadBundle): (path: string) => Promise<[code: number, text: string]> {
  const viewer = createBundleViewer(bundle);
  return async (path) => {
    const response = await viewer.fetch(new Request(`http://127.0.0.1:8090${path}`));
    return [response.status, await response.text()];
  };
}

Deno.test("a bundle shows workloads, a pod and events on the appliance's own pages, at the time of the bundle", async () => {
  const ask = askOf(await bundleOf(troubled()));
  const [code, list] = await ask("/workloads");
  assert.equal(code, 200);
  assert.match(list, /workflow-worker[^]*image cannot be fetched/);
  assert.match(list, new RegExp(`href="/workloads/msp/${POD}"`));
  assert.match(list, /As it was at 2026-11-21 12:00 UTC/);
  const [found, pod] = await ask(`/workloads/msp/${POD}`);
  assert.equal(found, 200);
  assert.match(pod, /<h1>[^]*workflow-worker[^]*<\/h1>/);
  assert.match(pod, /Looked at <time datetime="2026-11-21T12:00:00\.000Z">/);
  assert.match(pod, /href="\/help\/img\.not-found/, "what the status says of it");
  assert.match(pod, new RegExp(`href="/logs\\?source=msp%2Fworkflow-worker&amp;pod=${POD}"`));
  assert.match(pod, /manifest unknown/);
  // Its own object is among the files.
  assert.match(pod, /<samp>\/data\/files<\/samp>[^]*claim files[^]*5\.0 GiB/);
  // Ten minutes before the bundle, whatever the time is now.
  assert.match((await ask("/events?since=10m"))[1], /manifest unknown/);
  assert.ok(!(await ask("/events?since=1m"))[1].includes("manifest unknown"));
  assert.ok(!(await ask("/events?namespace=alga-system"))[1].includes("manifest unknown"));
});

Deno.test("logs of a bundle are read in the viewer of the appliance, with the clock of the bundle", async () => {
  const ask = askOf(await bundleOf(troubled()));
  const worker = "/logs?source=msp%2Fworkflow-worker";
  const [code, all] = await ask(worker);
  assert.equal(code, 200);
  // The pods of one owner are merged by time, the life before the restart with them.
  assert.match(all, /before the restart[^]*it broke[^]*the other one[^]*password=\[redacted:P\.key-value:/);
  assert.match(all, /<li id="[^"]+" class="bad">[^]*ERROR it broke &lt;b>/);
  assert.match(all, /<summary>1 more line<\/summary>/);
  assert.match(
    all,
    /<optgroup label="App"><option value="msp\/workflow-worker" selected[^]*<optgroup label="Host">/,
  );
  assert.ok(!/Following|>Follow<|hunter2/.test(all));
  const found = async (search: string) => (await ask(`${worker}&${search}`))[1];
  assert.match(await found("level=error"), /it broke/);
  assert.ok(!/the other one/.test(await found("level=error")));
  assert.ok(!/it broke/.test(await found("since=5m")), "the window ends with the bundle");
  assert.match(await found("since=5m"), /the other one/);
  assert.ok(!/the other one/.test(await found("previous=on")));
  assert.match(await found("previous=on"), /before the restart/);
  const line = /href="(\/logs[^"]*)#[^"]*"><time>11:51/.exec(all)?.[1]?.replaceAll("&amp;", "&") ?? "";
  assert.match((await ask(line))[1], /it broke/);
  assert.ok(!/the other one/.test((await ask(line))[1]), "a line's own address ends with it");
  const [, k3s] = await ask("/logs?source=k3s&level=warning");
  assert.match(k3s, /11:30:00\.000<\/time><\/a>[^]*level=warning msg=one[^]*and more/);
  assert.equal((await ask("/logs?source=msp/none"))[0], 404);
  const [, raw] = await ask("/api/v1/logs/raw?source=k3s");
  assert.match(raw, /^2026-11-21T11:30:00\.000001000Z level=warning/);
  assert.equal((await ask("/api/v1/logs?source=x&at=nowhere"))[0], 422);
});

Deno.test("from every page of a bundle the others are reached; what is of an appliance only is refused in words", async () => {
  const ask = askOf(await bundleOf(troubled()));
  for (
    const [path, wanted] of [
      ["/", 200],
      ["/workloads", 200],
      [`/workloads/msp/${POD}`, 200],
      ["/workloads/msp/none", 404],
      ["/workloads?page=x", 422],
      ["/events", 200],
      ["/logs", 200],
      ["/files", 200],
      [`/files/pods/msp/${POD}/app.log`, 200],
      ["/files/none", 404],
      ["/help", 200],
      ["/help/img.not-found", 200],
      ["/setup", 404],
    ] as const
  ) {
    const [code, text] = await ask(path);
    assert.equal(code, wanted, path);
    assert.match(text, /<nav class="page-links" aria-label="Bundle">[^]*Timeline/, path);
    assert.ok(!/<script|<form[^>]*method="post"/.test(text), path);
  }
});

Deno.test("a bundle that somebody changed is shown as far as it can be", async () => {
  const bundle = await bundleOf(troubled());
  const evidence = JSON.parse(new TextDecoder().decode(bundle.files.get("replay/evidence.json")));
  evidence.snapshot.events = [{ namespace: "msp", name: "x", type: "Warning" }];
  const changed = {
    ...bundle,
    files: new Map([
      ...bundle.files,
      ["replay/evidence.json", new TextEncoder().encode(JSON.stringify(evidence))],
    ]),
  };
  const ask = askOf(changed);
  assert.equal((await ask("/files"))[0], 200);
  const [code, text] = await ask("/events");
  assert.equal(code, 500);
  assert.match(text, /This cannot be shown/);
});

const TIMELINE = [
  { at: "2026-11-21T11:40:00.000Z", source: "agent", type: "setup.requested", by: "browser 192.0.2.7" },
  { at: "2026-11-21T11:41:00.000Z", source: "agent", type: "step.failed", stepId: "flux" },
  { at: "2026-11-21T11:42:00.000Z", source: "status", text: "The platform is ready" },
  {
    at: "2026-11-21T11:43:00.000Z",
    source: "kubernetes",
    type: "Failed",
    about: "Pod/msp/db-0",
    text: "no <b>",
  },
];

Deno.test("the timeline of a bundle is told in sentences, newest first; what is not one of its lines is left out", async () => {
  const { manifest, files } = await bundleOf(troubled());
  const text = `${TIMELINE.map((it) => JSON.stringify(it)).join("\n")}\nnot JSON\n{"at":7}\n`;
  const told = [["timeline.jsonl", new TextEncoder().encode(text)]] as const;
  const [code, page] = await askOf({ manifest, files: new Map([...files, ...told]) })("/timeline");
  assert.equal(code, 200);
  assert.deepEqual(
    [...page.matchAll(/<h3>(.*?)<\/h3>/g)].map(([, it]) => it),
    [
      "Failed: Pod/msp/db-0",
      "The platform is ready",
      "Setup: step &quot;flux&quot;: failed",
      "Setup: asked for by browser 192.0.2.7",
    ],
  );
  assert.match(page, /no &lt;b>/);
  assert.equal(page.match(/<li class="bad">/g)?.length, 2);
  assert.match(page, /href="\/files\/timeline\.jsonl"/);
});

Deno.test("no link of a bundle's pages leads nowhere, and none offers what only an appliance can do", async () => {
  const ask = askOf(await bundleOf(troubled()));
  const fresh = (await askOf(await bundleOf(emptySnapshot()))("/"))[1];
  assert.match(fresh, /Not set up yet/);
  assert.ok(!/href="\/setup/.test(fresh));
  const seen = new Set(["/"]);
  for (const path of seen) {
    const [code, page] = await ask(path);
    assert.equal(code, 200, path);
    assert.ok(!/Look again|>Follow</.test(page), path);
    for (const [, href = ""] of page.matchAll(/ href="(\/[^"#]*)/g)) {
      const to = href.replaceAll("&amp;", "&");
      // Every finding and file is one link away; filters and pages of lists need not be crossed with each other.
      if (!/^\/(?:events|workloads|logs)\?/.test(path) || !to.includes("?")) seen.add(to);
    }
  }
  // What is not here is named.
  assert.match((await ask("/help/dns.refused"))[1], /On the appliance: Settings \(\/settings\), Set up/);
  for (const path of ["/timeline", "/files", "/help", "/help/img.not-found"]) assert.ok(seen.has(path), path);
});
