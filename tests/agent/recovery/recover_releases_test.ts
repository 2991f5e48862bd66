import assert from "node:assert/strict";
import { emptySnapshot, type ObservedSnapshot } from "../../../agent/facts/snapshot.ts";
import { projectJob, projectWorkload } from "../../../agent/observe/projections/cluster.ts";
import { projectFlux } from "../../../agent/observe/projections/flux.ts";
import { recoverOnce, recoverReleases } from "../../../agent/recovery/recover_releases.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import { KINDS, KubeApiError, type KubeClient, type KubeObject } from "../../../k8s/mod.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { FakeHost } from "../../fakes/fake_host.ts";
import { startSimKubeApi } from "../../simulator/kube_api.ts";
import { failedRelease, job, NOW_MS, workload } from "./stalled_objects.ts";

async function withCluster(
  body: (
    it: {
      client: KubeClient;
      host: FakeHost;
      clock: FakeClock;
      /** With some of the client's methods replaced, where a test needs one that fails. */
      look(broken?: Partial<KubeClient>): Promise<string[]>;
      said: string[];
    },
  ) => Promise<void>,
): Promise<void> {
  const api = await startSimKubeApi();
  api.store.addKind(KINDS.HelmRelease);
  const client = api.client();
  const host = new FakeHost();
  const clock = new FakeClock(NOW_MS);
  const said: string[] = [];
  const deps = {
    host,
    clock,
    connectKube: () => Promise.resolve(client),
    say: (level: string, text: string) => said.push(`${level}: ${text}`),
  };
  try {
    for (const name of ["msp", "alga-system"]) {
      await client.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
    }
    await body({
      client,
      host,
      clock,
      look: async (broken = {}) =>
        await recoverOnce(deps, { client: { ...client, ...broken }, snapshot: await observe(client) }),
      said,
    });
  } finally {
    client.close();
    await api.close();
  }
}

/** As the watches tell it once they have caught up. */
async function observe(client: KubeClient): Promise<ObservedSnapshot> {
  const itemsOf = async (kind: "HelmRelease" | "Deployment" | "Job") =>
    (await client.list(KINDS[kind])).items;
  return {
    ...emptySnapshot(),
    flux: (await itemsOf("HelmRelease")).map(projectFlux("HelmRelease")),
    workloads: (await itemsOf("Deployment")).map(projectWorkload("Deployment")),
    jobs: (await itemsOf("Job")).map(projectJob),
  };
}

async function put(client: KubeClient, object: KubeObject): Promise<void> {
  const { status, ...rest } = object;
  const { generation, ...metadata } = rest.metadata;
  const made = await client.create({ ...rest, metadata });
  // The server counts generations itself.
  const observedGeneration = status.observedGeneration === generation ? made.metadata.generation : 0;
  const resource = object.kind === "Job"
    ? KINDS.Job
    : object.kind === "HelmRelease"
    ? KINDS.HelmRelease
    : KINDS.Deployment;
  await client.patch(
    { resource, namespace: metadata.namespace ?? "", name: metadata.name },
    { status: { ...status, ...(object.kind === "Job" ? {} : { observedGeneration }) } },
    { subresource: "status" },
  );
}

const release = { resource: KINDS.HelmRelease, namespace: "alga-system", name: "email-service" };

Deno.test("recoverOnce() deletes finished Jobs, asks with one token three times, and remembers it", () =>
  withCluster(async ({ client, host, look, said }) => {
    await put(client, failedRelease());
    await put(client, workload("email-service"));
    await put(client, job("seed", "complete"));
    assert.deepEqual(await look(), ["email-service"]);
    const annotations = (await client.get(release))?.metadata.annotations ?? {};
    const tokens = ["requestedAt", "forceAt", "resetAt"].map((it) =>
      annotations[`reconcile.fluxcd.io/${it}`]
    );
    assert.equal(new Set(tokens).size, 1);
    assert.ok(tokens[0]);
    assert.equal(await client.get({ resource: KINDS.Job, namespace: "msp", name: "seed" }), undefined);
    assert.equal(host.files.get(PATHS.releaseResets)?.mode, 0o600);
    assert.match(said.join(), /^notice: .*email-service/);
    assert.deepEqual(await look(), [], "the same failure is not reset again");
  }));

Deno.test("recoverOnce() leaves a release alone while its part is not ready", () =>
  withCluster(async ({ client, host, look }) => {
    await put(client, failedRelease());
    await put(client, workload("email-service", { ready: 0 }));
    assert.deepEqual(await look(), []);
    assert.equal((await client.get(release))?.metadata.annotations, undefined);
    assert.equal(host.files.has(PATHS.releaseResets), false);
  }));

Deno.test("recoverOnce() goes on with what a damaged record leaves", () =>
  withCluster(async ({ client, host, look }) => {
    host.put(PATHS.releaseResets, '{"schemaVersion":1,"attempts":[{');
    await put(client, failedRelease());
    await put(client, workload("email-service"));
    assert.deepEqual(await look(), ["email-service"]);
  }));

const refused = () =>
  Promise.reject(new KubeApiError("admission webhook denied the request", 403, "Forbidden"));
const attemptsIn = async (host: FakeHost): Promise<unknown[]> =>
  JSON.parse(await host.readText(PATHS.releaseResets) ?? "").attempts;
const tokenOf = async (client: KubeClient) =>
  (await client.get(release))?.metadata.annotations?.["reconcile.fluxcd.io/resetAt"];

for (const method of ["patch", "delete"] as const) {
  Deno.test(`recoverOnce() asks again after its ${method} was refused, and says why it could not`, () =>
    withCluster(async ({ client, clock, look, said }) => {
      await put(client, failedRelease());
      await put(client, workload("email-service"));
      await put(client, job("seed", "complete"));
      assert.deepEqual(await look({ [method]: refused }), []);
      assert.match(said.join(), /^warning: .*email-service .*could not .*admission webhook denied/);
      assert.equal(await tokenOf(client), undefined);
      await clock.advance(15_000);
      assert.deepEqual(await look(), ["email-service"]);
      assert.ok(await tokenOf(client));
      await clock.advance(3_600_000);
      assert.deepEqual(await look(), [], "it was reached: the same failure is not reset again");
    }));
}

Deno.test("recoverOnce() does not ask again when only the answer to its request was lost", () =>
  withCluster(async ({ client, clock, look }) => {
    await put(client, failedRelease());
    await put(client, workload("email-service"));
    const patch: KubeClient["patch"] = async (...args) => {
      await client.patch(...args);
      throw new KubeApiError("connection reset", 0, "NoAnswer");
    };
    assert.deepEqual(await look({ patch }), []);
    const token = await tokenOf(client);
    assert.ok(token);
    await clock.advance(60_000);
    assert.deepEqual(await look(), []);
    assert.equal(await tokenOf(client), token);
  }));

Deno.test("recoverOnce() does not ask for ever, and less and less often, where every request is refused", () =>
  withCluster(async ({ client, clock, host, look }) => {
    await put(client, failedRelease());
    await put(client, workload("email-service"));
    const askedAtSec: number[] = [];
    const patch = () => {
      askedAtSec.push((clock.nowMs() - NOW_MS) / 1000);
      return refused();
    };
    for (let i = 0; i < 150; i++) {
      await look({ patch });
      await clock.advance(15_000);
    }
    assert.deepEqual(askedAtSec, [0, 15, 45, 105, 225, 465, 945, 1905]);
    assert.equal((await attemptsIn(host)).length, 1, "tries of one failure are one attempt");
  }));

Deno.test("recoverOnce() forgets a request that never arrived once its release has recovered by itself", () =>
  withCluster(async ({ client, host, look }) => {
    await put(client, failedRelease());
    await put(client, workload("email-service"));
    await look({ patch: refused });
    await client.patch(release, { status: { conditions: [] } }, { subresource: "status" });
    assert.deepEqual(await look(), []);
    assert.deepEqual(await attemptsIn(host), []);
  }));

Deno.test("recoverOnce() goes on to the next release when one cannot be looked at, and fails after that", () =>
  withCluster(async ({ client, look }) => {
    for (const name of ["email-service", "temporal"]) {
      const it = failedRelease({ message: "context deadline exceeded" });
      await put(client, { ...it, metadata: { ...it.metadata, name } });
      await put(client, workload(name));
    }
    const get: KubeClient["get"] = (ref, options) =>
      ref.name === "email-service" ? refused() : client.get(ref, options);
    await assert.rejects(look({ get }), /denied/);
    assert.equal(await tokenOf(client), undefined);
    const other = await client.get({ ...release, name: "temporal" });
    assert.ok(other?.metadata.annotations?.["reconcile.fluxcd.io/resetAt"]);
  }));

Deno.test("recoverOnce() reads a release again before it writes: a watch that lags resets nothing", () =>
  withCluster(async ({ client, host, clock, look }) => {
    await put(client, failedRelease());
    await put(client, workload("email-service"));
    const snapshot = await observe(client);
    await client.patch(release, { spec: { suspend: true } });
    const deps = { host, clock, connectKube: () => Promise.resolve(client), say: () => {} };
    assert.deepEqual(await recoverOnce(deps, { client, snapshot }), []);
    assert.equal(await tokenOf(client), undefined);
    assert.equal(host.files.has(PATHS.releaseResets), false);
    assert.deepEqual(await look(), []);
  }));

Deno.test("recoverOnce() asks the API for nothing while no release has given up", () =>
  withCluster(async ({ client, host, clock }) => {
    await put(client, failedRelease({ stalled: "False" }));
    await put(client, workload("email-service"));
    const snapshot = await observe(client);
    const silent = new Proxy(client, {
      get: (_, method) => () => assert.fail(`"${String(method)}" was called`),
    });
    const deps = { host, clock, connectKube: () => Promise.resolve(silent), say: () => {} };
    assert.deepEqual(await recoverOnce(deps, { client: silent, snapshot }), []);
  }));

Deno.test("recoverReleases() looks when what is observed changes, and only at what is known and fresh", () =>
  withCluster(async ({ client, host, clock }) => {
    await put(client, failedRelease());
    await put(client, workload("email-service"));
    const seen = await observe(client);
    const known = { ...seen.knowledge, flux: "known", workloads: "known", jobs: "known" } as const;
    let snapshot: ObservedSnapshot = { ...seen, api: { ...seen.api, state: "answering" } };
    let changed = () => {};
    const observer = {
      snapshot: () => snapshot,
      subscribe: (listener: () => void) => (changed = listener, () => {}),
    };
    const stop = new AbortController();
    const reset = Promise.withResolvers<void>();
    const deps = {
      host,
      clock,
      observer,
      connectKube: () => Promise.resolve(client),
      say: () => reset.resolve(),
    };
    const running = recoverReleases(deps, stop.signal);
    await clock.advance(20_000);
    assert.equal(await tokenOf(client), undefined, "the workloads have not been read");
    snapshot = { ...snapshot, knowledge: known, api: { ...seen.api, state: "not-answering" } };
    changed();
    await clock.advance(20_000);
    assert.equal(await tokenOf(client), undefined, "the cluster may say something else by now");
    snapshot = { ...snapshot, api: { ...seen.api, state: "answering" } };
    changed();
    await clock.advance(20_000);
    await reset.promise;
    assert.ok(await tokenOf(client));
    stop.abort();
    await running;
  }));
