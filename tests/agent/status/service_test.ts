import assert from "node:assert/strict";
import { type Clock, systemClock } from "../../../agent/clock.ts";
import type { SetupView } from "../../../agent/setup/setup_state.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import { summarizeSetup } from "../../../agent/facts/summarize_setup.ts";
import { createObserver, type ObserverDeps } from "../../../agent/observe/observer.ts";
import type { Report } from "../../../agent/report.ts";
import { createStatusService, type StatusDocument, type StatusService } from "../../../agent/status/mod.ts";
import { KINDS } from "../../../k8s/client/kinds.ts";
import type { KubeClient, KubeObject, ResourceKind } from "../../../k8s/client/kube_client.ts";
import { FakeHost } from "../../fakes/fake_host.ts";
import { type SimKubeApi, startSimKubeApi } from "../../simulator/kube_api.ts";
import type { ProbeHttp } from "../../../agent/observe/http_probe.ts";
import { broken, type Cluster, healthyCluster, podOf, waiting } from "./objects.ts";

const IDLE: SetupView = { state: { status: "idle" }, steps: [], answers: [], acknowledgements: [], log: [] };
const DONE: SetupView = { ...IDLE, state: { status: "done", finishedAt: "2026-11-21T10:00:00Z" } };
/** A loaded machine is the normal machine. */
const LIMIT_MS = 90_000;

function goodProbe(clock: Clock): ProbeHttp {
  return (url) =>
    Promise.resolve({
      at: new Date(clock.nowMs()).toISOString(),
      url,
      statusCode: 200,
      location: undefined,
      error: "",
      privateCertificate: false,
    });
}

/** What a test may replace of the status and of the observer below it. */
interface Given {
  host?: FakeHost;
  clock?: Clock;
  connectKube?: ObserverDeps["connectKube"];
  setupView?: () => SetupView;
  onSetupChange?: (listener: () => void) => () => void;
  probeHttp?: ProbeHttp;
  report?: Report;
}

/** An error that is lived with fails the test that did not ask for it. */
function failing(id: string, error: unknown): void {
  assert.fail(`${id}: ${error}`);
}

async function startService(given: Given): Promise<StatusService> {
  const { host = new FakeHost(), clock = systemClock, report = failing, setupView = () => IDLE } = given;
  const observer = createObserver({
    host,
    clock,
    connectKube: given.connectKube ?? (() => Promise.resolve(undefined)),
    setup: {
      summary: () => summarizeSetup(setupView()),
      subscribe: given.onSetupChange ?? (() => () => {}),
    },
    probeHttp: given.probeHttp ?? goodProbe(clock),
    report,
  });
  const service = await createStatusService({
    host,
    clock,
    observer,
    agentVersion: "0.1.0",
    statusUrl: () => "http://192.0.2.7:8080/",
    report,
  });
  return {
    ...service,
    async stop() {
      await service.stop();
      await observer.stop();
    },
  };
}

/** Waits for a document that fits; fails with the last one. */
function until(service: StatusService, fits: (status: StatusDocument) => boolean): Promise<StatusDocument> {
  return new Promise((resolve, reject) => {
    if (fits(service.current())) return resolve(service.current());
    const timer = setTimeout(() => {
      stop();
      reject(
        new Error(
          `Not seen: ${JSON.stringify(service.current().rollup)} ${
            JSON.stringify(service.current().topBlockers)
          }`,
        ),
      );
    }, LIMIT_MS);
    const stop = service.subscribe((status) => {
      if (!fits(status)) return;
      clearTimeout(timer);
      stop();
      resolve(status);
    });
  });
}

const API_VERSION: Record<string, string> = Object.fromEntries(
  Object.values(KINDS).map((it) => [it.kind, it.apiVersion]),
);

async function put(api: SimKubeApi, object: KubeObject, kind = object.kind ?? ""): Promise<void> {
  const client = api.client();
  try {
    await putWith(client, object, kind);
  } finally {
    client.close();
  }
}

async function putWith(client: KubeClient, object: KubeObject, kind: string): Promise<void> {
  const copy = structuredClone(object);
  const namespaced = (KINDS as Record<string, { namespaced: boolean }>)[kind]?.namespaced;
  if (!namespaced) delete copy.metadata.namespace;
  copy.metadata = { ...copy.metadata };
  delete copy.metadata.generation;
  const resource = (KINDS as Record<string, ResourceKind>)[kind] as ResourceKind;
  const made = await client.create<KubeObject>({ ...copy, apiVersion: API_VERSION[kind] ?? "v1", kind });
  if (object.status !== undefined) {
    const ref = {
      resource,
      name: object.metadata.name,
      ...(namespaced && object.metadata.namespace !== undefined
        ? { namespace: object.metadata.namespace }
        : {}),
    };
    await client.patch(ref, {
      status: {
        ...object.status,
        ...(object.status.observedGeneration === undefined
          ? {}
          : { observedGeneration: made.metadata.generation ?? 1 }),
      },
    }, { subresource: "status" });
  }
}

async function withService(
  api: SimKubeApi | undefined,
  more: Given,
  test: (service: StatusService, host: FakeHost) => Promise<void>,
): Promise<void> {
  const client = api?.client();
  const host = more.host ?? new FakeHost();
  const service = await startService({ connectKube: () => Promise.resolve(client), ...more, host });
  try {
    await test(service, host);
  } finally {
    await service.stop();
    client?.close();
  }
}

Deno.test("createStatusService() has a document before anything was asked", async () => {
  await withService(undefined, {}, async (service) => {
    assert.equal(service.current().rollup.state, "installing");
    const status = await until(service, (it) => it.rollup.message === "Not set up yet");
    assert.equal(JSON.parse(service.json()).rollup.message, status.rollup.message);
    assert.equal(service.json(), service.json());
  });
});

Deno.test("createStatusService() follows setup", async () => {
  let view = IDLE;
  let changed = () => {};
  await withService(undefined, {
    setupView: () => view,
    onSetupChange: (listener) => {
      changed = listener;
      return () => {};
    },
  }, async (service) => {
    view = { ...IDLE, state: { status: "blocked", since: "2026-11-21T10:00:00Z" } };
    changed();
    assert.equal(
      (await until(service, (it) => it.rollup.state === "failed_action_required")).rollup.state,
      "failed_action_required",
    );
  });
});

Deno.test("createStatusService() reads a damaged memory as none and says so", async () => {
  const host = new FakeHost({ [PATHS.statusMemory]: '{"schemaVersion":1,"tiers":' });
  await withService(undefined, { host }, async (service) => {
    const status = await until(service, (it) => it.topBlockers.length > 0);
    assert.equal(status.topBlockers[0]?.id, "agent.state-damaged");
  });
});

/** An API that holds a whole appliance, in which one part may be broken. */
async function withCluster(
  cluster: Cluster,
  test: (api: SimKubeApi) => Promise<void>,
): Promise<void> {
  const api = await startSimKubeApi();
  try {
    const names = [
      "msp",
      "kube-system",
      "flux-system",
      "local-path-storage",
      "appliance-system",
      "alga-system",
    ];
    for (const name of names) {
      await put(api, { kind: "Namespace", metadata: { name } }, "Namespace").catch(() => {}); // some exist from the start
    }
    const kinds = {
      Node: cluster.nodes,
      StorageClass: cluster.storageClasses,
      Secret: cluster.secrets,
      ConfigMap: cluster.configs,
      PersistentVolumeClaim: cluster.pvcs,
      StatefulSet: cluster.statefulSets,
      Deployment: cluster.deployments,
      Pod: cluster.pods,
      Job: cluster.jobs,
    };
    for (const [kind, objects] of Object.entries(kinds)) for (const it of objects) await put(api, it, kind);
    await test(api);
  } finally {
    await api.close();
  }
}

const RUNNING_APP = podOf("alga-core", {
  state: { running: { startedAt: "2026-11-21T10:00:00Z" } },
  ready: true,
  imageID: "x",
}, { phase: "Running", conditions: [] });
const FINISHED_JOB: KubeObject = {
  kind: "Job",
  metadata: { namespace: "msp", name: "alga-core-sebastian-bootstrap" },
  status: { succeeded: 1, conditions: [{ type: "Complete", status: "True" }] },
};

Deno.test("createStatusService() follows a cluster from broken to healthy and remembers how the Job ended", async () => {
  const pod = podOf(
    "db",
    waiting(
      "CreateContainerConfigError",
      'failed to create subPath directory for volumeMount "db-data" of container "db"',
    ),
  );
  await withCluster(broken("db", { pods: [pod] }), async (api) => {
    await withService(api, { setupView: () => DONE }, async (service, host) => {
      const bad = await until(service, (it) => it.topBlockers[0]?.id === "stor.subpath");
      assert.equal(bad.rollup.state, "failed_action_required");
      assert.equal(bad.kubernetesVersion, "v1.36.5+k3s1");

      const client = api.client();
      await client.delete({ resource: KINDS.Pod, namespace: "msp", name: "db-0" });
      await client.patch({ resource: KINDS.StatefulSet, namespace: "msp", name: "db" }, {
        status: { readyReplicas: 1 },
      }, { subresource: "status" });
      await put(api, RUNNING_APP, "Pod");
      const fixed = await until(service, (it) => it.tiers.core.ready);
      assert.ok(fixed.topBlockers.every((it) => it.id !== "stor.subpath"));

      // The Job completes and vanishes; what it did stays known.
      await put(api, FINISHED_JOB, "Job");
      await until(service, (it) => it.tiers.login.ready);
      await client.delete({ resource: KINDS.Job, namespace: "msp", name: "alga-core-sebastian-bootstrap" });
      client.close();
      const gone = await until(service, (it) => it.bootstrap.job.state === "absent");
      assert.equal(gone.tiers.bootstrap.ready, true);
      await service.stop();
      assert.match(await host.readText(PATHS.statusMemory) ?? "", /"outcome": "completed"/);
    });
  });
});

/** Time that runs faster than on the wall, for patience that is measured in half-minutes. */
function fastClock(factor: number): Clock {
  const startMs = Date.now();
  return {
    nowMs: () => startMs + (Date.now() - startMs) * factor,
    sleep: (ms, signal) => systemClock.sleep(ms / factor, signal),
  };
}

Deno.test("createStatusService() of an API that hangs tells the age of what it shows, and comes back by itself", async () => {
  const cluster = { ...healthyCluster(), pods: [RUNNING_APP], jobs: [FINISHED_JOB] };
  const clock = fastClock(8);
  await withCluster(cluster, async (api) => {
    const more = { clock, setupView: () => DONE, probeHttp: goodProbe(clock) };
    await withService(api, more, async (service) => {
      const well = await until(service, (it) => it.tiers.login.ready);
      assert.equal(well.sources.find((it) => it.name === "kubernetes")?.state, "answering");
      const podsBefore = well.components.filter((it) => it.ready).length;

      api.hang();
      const silent = await until(service, (it) => it.topBlockers[0]?.id === "k3s.api-down");
      const source = silent.sources.find((it) => it.name === "kubernetes");
      assert.equal(source?.state, "not-answering");
      assert.match(
        source?.message ?? "",
        /^Kubernetes has not answered for \d+ s; showing data of \d\d:\d\d:\d\d UTC$/,
      );
      const lastMs = Date.parse(source?.lastContactAt ?? "");
      assert.ok(lastMs < clock.nowMs() - 15_000, "the age counts from the last answer");
      assert.match(silent.topBlockers[0]?.reason ?? "", /Its last answer came \d+ s ago/);
      const evidence = JSON.stringify(silent.topBlockers[0]?.evidence);
      assert.match(evidence, /did not answer in time/);
      assert.doesNotMatch(evidence, /does not say that it is ready/);
      assert.equal(silent.tiers.platform.ready, false);
      assert.equal(silent.tiers.login.ready, true, "the sign-in page answers without Kubernetes");
      assert.ok(silent.components.every((it) => it.message === "cannot be seen" || it.name === "bootstrap"));
      // The age moves on although nothing is heard.
      const older = await until(service, (it) => {
        const now = it.sources.find((one) => one.name === "kubernetes");
        return now?.state === "not-answering" && now.message !== source?.message;
      });
      assert.equal(
        older.sources.find((it) => it.name === "kubernetes")?.lastContactAt,
        source?.lastContactAt,
      );

      await api.resume();
      const back = await until(
        service,
        (it) =>
          it.sources[0]?.state === "answering" && it.topBlockers.every((one) => one.id !== "k3s.api-down"),
      );
      assert.equal(back.components.filter((it) => it.ready).length, podsBefore);
    });
  });
});

Deno.test("createStatusService() keeps the end of the first-time setup over a restart", async () => {
  const host = new FakeHost({
    [PATHS.statusMemory]: JSON.stringify({
      schemaVersion: 1,
      tiers: {},
      blockers: {},
      recent: [],
      loginReadyOnce: false,
      bootstrap: {
        outcome: "completed",
        at: "2026-11-21T10:00:00Z",
        jobUid: "j",
        pod: null,
        tail: [],
        errors: [],
      },
    }),
  });
  await withService(undefined, { host }, (service) => {
    assert.equal(service.current().bootstrap.job.completed, true);
    return Promise.resolve();
  });
});

Deno.test("a listener that throws does not keep others from hearing, and is told of", async () => {
  let changed = () => {};
  let view = IDLE;
  const reported: string[] = [];
  await withService(undefined, {
    report: (id, error) => reported.push(`${id}: ${error}`),
    setupView: () => view,
    onSetupChange: (listener) => {
      changed = listener;
      return () => {};
    },
  }, async (service) => {
    service.subscribe(() => {
      throw new Error("a broken page");
    });
    const heard = until(service, (it) => it.rollup.message.startsWith("Setup waits"));
    view = { ...IDLE, state: { status: "blocked", since: "2026-11-21T10:00:00Z" } };
    changed();
    await heard;
    assert.match(reported.join(), /telling a change of the status: Error: a broken page/);
  });
});
