import assert from "node:assert/strict";
import { parse, stringify } from "yaml";
import { systemClock } from "../../../agent/clock.ts";
import { RealHost } from "../../../agent/host/real_host.ts";
import type { LogService } from "../../../agent/logs/log_origin.ts";
import { createLogService } from "../../../agent/logs/log_service.ts";
import { listLogFiles, listPodLogFolders } from "../../../agent/logs/pod_log_files.ts";
import { ANY, type LogQuery } from "../../../agent/logs/query.ts";
import type { LogPage, Places } from "../../../agent/logs/read_page.ts";
import { knownValues } from "../../../agent/text/redact/known_values.ts";
import { KINDS, type KubeClient } from "../../../k8s/mod.ts";
import { until } from "../../until.ts";
import { nodeRequirements } from "./node_requirements.ts";
import { busyboxImage } from "./node_images.ts";
import { type RealNode, REGISTRY_HOST, startNode } from "./real_node.ts";

const requirements = await nodeRequirements();
const IMAGE = `${REGISTRY_HOST}/logs/busybox:1`;
const PATIENCE_SEC = 300;
/** About 2 MB in all, at a pace that the kubelet's looks, every 3 s, can follow. */
const LINES = 16_000;
/** A folder of the node that its pods see as well. */
const SHARED = "/var/logs-test";
/** Says nothing more until the test follows it: it may be looked for late. */
const ON_CUE = "[ -e /v/lived ] || echo on cue; until [ -e /v/go ]; do sleep 0.1; done; ";
const TALKER = `${ON_CUE}i=0; while [ $i -lt ${LINES} ]; do echo "line $i ${"x".repeat(110)}"; i=$((i+1)); ` +
  `[ $((i%200)) = 0 ] && sleep 0.15; done; echo the end; sleep 36000`;
const CRASHER =
  `${ON_CUE}if [ -e /v/lived ]; then n=2; else n=1; fi; touch /v/lived; for i in 1 2 3 4 5; do echo "life $n, line $i"; sleep 0.2; done; ` +
  "[ $n = 1 ] && exit 1; sleep 36000";

Deno.test({
  name: `logs of a real node: rotation, a restart while followed, kubelet down, API hanging${
    requirements.ok ? "" : ` (skipped: ${requirements.reason})`
  }`,
  ignore: !requirements.ok,
  sanitizeOps: false,
  sanitizeResources: false,
  fn: withRealLogs,
});

interface Rig {
  node: RealNode;
  kube: KubeClient;
  host: RealHost;
  logs: LogService;
}

async function withRealLogs(t: Deno.TestContext): Promise<void> {
  const node = await startNode({ kubernetes: "now" });
  const kube = node.client();
  try {
    await node.push(await busyboxImage(IMAGE));
    await rotateEarly(node);
    await Deno.mkdir(`${node.root}/var/log`, { recursive: true });
    await Deno.symlink(`${node.namespace.dir}/own/var/log/pods`, `${node.root}/var/log/pods`);
    const host = new RealHost(node.root);
    const logs = createLogService({
      host,
      clock: systemClock,
      connectKube: () => Promise.resolve(kube),
      pods: () => [],
      readKnown: () => Promise.resolve(knownValues([])),
    });
    const rig = { node, kube, host, logs };
    await t.step("following has no gap and nothing twice while the kubelet rotates", () => rotates(rig));
    await t.step("pages back across the rotated files are everything, once", () => pagesBack(rig));
    await t.step("a container that restarts while it is followed is followed on", () => restarts(rig));
    await t.step("with the kubelet down logs are read and followed", () => kubeletDown(rig));
    await t.step("with an API that hangs logs are read and followed", () => apiHangs(rig));
  } finally {
    kube.close();
    await node.stop();
  }
}

/** The kubelet's own limit is 10 MiB, and it looks every 10 s. */
async function rotateEarly({ namespace, k3s }: RealNode): Promise<void> {
  const path = `${namespace.dir}/config/kubelet.yaml`;
  const config = parse(await Deno.readTextFile(path));
  await k3s.stopPart("kubelet");
  await Deno.writeTextFile(
    path,
    stringify({ ...config, containerLogMaxSize: "500Ki", containerLogMonitorInterval: "3s" }),
  );
  await k3s.startPart("kubelet");
}

async function startPod(kube: KubeClient, name: string, script: string): Promise<void> {
  const account = {
    resource: { apiVersion: "v1", kind: "ServiceAccount", plural: "serviceaccounts", namespaced: true },
    namespace: "default",
    name: "default",
  };
  await until("pods may be made", () => kube.get(account), (it) => it !== undefined, PATIENCE_SEC);
  await kube.create({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default" },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [{
        name: "app",
        image: IMAGE,
        command: ["/bin/sh", "-c", script],
        volumeMounts: [{ name: "v", mountPath: "/v" }],
      }],
      volumes: [{ name: "v", hostPath: { path: `${SHARED}/${name}`, type: "DirectoryOrCreate" } }],
    },
  });
}

async function giveCue({ node }: Rig, pod: string): Promise<void> {
  await node.namespace.must(["touch", `${SHARED}/${pod}/go`]);
}

const queryFor = (name: string, more: Partial<LogQuery> = {}): LogQuery => ({
  ...ANY,
  source: `default/${name}`,
  ...more,
});

/** Follows a source into a list until it is stopped. */
async function follow(logs: LogService, query: LogQuery) {
  const stop = new AbortController();
  const page = await until(
    `there is a log of ${query.source}`,
    () => logs.page(query, { limit: 2_000, signal: stop.signal }),
    (it) => it !== undefined,
    PATIENCE_SEC,
  ) as LogPage;
  const texts = page.entries.map((it) => it.head.text);
  const done = (async () => {
    for await (const { entries, leftOut, problems } of logs.follow(query, page, { signal: stop.signal })) {
      assert.deepEqual([leftOut, problems], [undefined, []]);
      texts.push(...entries.flatMap((it) => [it.head, ...it.rest]).map((it) => it.text));
    }
  })();
  return {
    texts,
    until: (what: string, good: (texts: readonly string[]) => boolean) =>
      until(what, () => texts, good, PATIENCE_SEC),
    async stop() {
      stop.abort();
      await done;
    },
  };
}

const wholeTalk = () => [
  "on cue",
  ...Array.from({ length: LINES }, (_, i) => `line ${i} ${"x".repeat(110)}`),
  "the end",
];

async function files({ host }: Rig, pod: string): Promise<string[]> {
  const folder = (await listPodLogFolders(host))?.find((it) => it.pod === pod)?.path ?? "";
  return (await listLogFiles(host, folder)).map((it) => it.path.slice(folder.length + 1));
}

async function rotates(rig: Rig): Promise<void> {
  await startPod(rig.kube, "talker", TALKER);
  const following = await follow(rig.logs, queryFor("talker"));
  await giveCue(rig, "talker");
  await following.until("all was said", (it) => it.at(-1) === "the end");
  await following.stop();
  assert.deepEqual(following.texts, wholeTalk());
  const kept = await files(rig, "talker");
  assert.ok(kept.length >= 3, `rotated at least twice: ${kept}`);
  assert.ok(kept.some((it) => it.endsWith(".gz")), `one is compressed: ${kept}`);
}

async function pagesBack({ logs }: Rig): Promise<void> {
  const signal = AbortSignal.timeout(PATIENCE_SEC * 1000);
  const texts: string[] = [];
  let from: Places | undefined;
  do {
    const page = await logs.page(queryFor("talker"), { limit: 1_000, signal, ...from ? { from } : {} });
    texts.unshift(...page?.entries.map((it) => it.head.text) ?? []);
    from = page?.older;
  } while (from !== undefined);
  // Five files are kept: what is older than those is gone.
  assert.deepEqual(texts, wholeTalk().slice(-texts.length));
  assert.ok(texts.length > LINES / 2, `${texts.length}`);
}

async function restarts(rig: Rig): Promise<void> {
  const { kube, logs } = rig;
  await startPod(kube, "crasher", CRASHER);
  const following = await follow(logs, queryFor("crasher"));
  await giveCue(rig, "crasher");
  await following.until("the second life ends", (it) => it.includes("life 2, line 5"));
  await following.stop();
  const life = (n: number) => Array.from({ length: 5 }, (_, i) => `life ${n}, line ${i + 1}`);
  assert.deepEqual(following.texts, ["on cue", ...life(1), ...life(2)]);
  const before = await logs.page(queryFor("crasher", { previous: true }), {
    limit: 100,
    signal: AbortSignal.timeout(30_000),
  });
  assert.deepEqual(before?.entries.map((it) => it.head.text), ["on cue", ...life(1)]);
}

async function sees({ logs }: Rig, name: string): Promise<void> {
  const following = await follow(logs, queryFor(name));
  const seen = following.texts.length;
  await following.until("it goes on", (it) => it.length > seen + 3);
  await following.stop();
  const numbers = following.texts.map((it) => Number(it.split(" ")[1]));
  assert.deepEqual(numbers, Array.from(numbers, (_, i) => (numbers[0] ?? 0) + i));
}

const SLOW_TALKER = 'i=0; while :; do echo "line $i"; i=$((i+1)); sleep 0.2; done';

async function kubeletDown(rig: Rig): Promise<void> {
  await startPod(rig.kube, "slow", SLOW_TALKER);
  await until(
    "it talks",
    () => rig.logs.page(queryFor("slow"), { limit: 10, signal: AbortSignal.timeout(30_000) }),
    (it) => (it?.entries.length ?? 0) > 3,
    PATIENCE_SEC,
  );
  await rig.node.k3s.stopPart("kubelet");
  try {
    await sees(rig, "slow");
  } finally {
    await rig.node.k3s.startPart("kubelet");
  }
}

async function apiHangs(rig: Rig): Promise<void> {
  const { node, kube } = rig;
  const pid = (await node.namespace.must(["pgrep", "-x", "kube-apiserver"])).trim();
  const signal = async (name: string) => await node.namespace.must(["kill", `-${name}`, pid]);
  await signal("STOP");
  try {
    await assert.rejects(kube.list(KINDS.Pod, { namespace: "default", signal: AbortSignal.timeout(2_000) }));
    await sees(rig, "slow");
    await sees(rig, "slow");
  } finally {
    await signal("CONT");
  }
}
