import assert from "node:assert/strict";
import { recoverOnce } from "../../../agent/recovery/recover_releases.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import { KINDS, type KubeClient, type KubeObject } from "../../../k8s/mod.ts";
import { FakeClock } from "../../fakes/fake_clock.ts";
import { FakeHost } from "../../fakes/fake_host.ts";
import { startSimKubeApi } from "../../simulator/kube_api.ts";
import { failedRelease, job, NOW_MS, workload } from "./stalled_objects.ts";

async function withCluster(
  body: (
    it: { client: KubeClient; host: FakeHost; look(): Promise<string[]>; said: string[] },
  ) => Promise<void>,
): Promise<void> {
  const api = await startSimKubeApi();
  api.store.addKind(KINDS.HelmRelease);
  const client = api.client();
  const host = new FakeHost();
  const said: string[] = [];
  const deps = {
    host,
    clock: new FakeClock(NOW_MS),
    connectKube: () => Promise.resolve(client),
    say: (text: string) => said.push(text),
  };
  try {
    for (const name of ["msp", "alga-system"]) {
      await client.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
    }
    await body({ client, host, look: () => recoverOnce(deps, client), said });
  } finally {
    client.close();
    await api.close();
  }
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
    assert.match(said.join(), /email-service/);
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
