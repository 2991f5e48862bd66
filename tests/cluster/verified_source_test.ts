import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { systemClock } from "../../agent/clock.ts";
import { applySource, sourceIsCurrent } from "../../agent/setup/steps/source.ts";
import { KEYS_SECRET, SOURCE_NAME, sourceObjects } from "../../flux/source_objects.ts";
import { KINDS, type KubeClient, type KubeObject } from "../../k8s/mod.ts";
import { PATHS } from "../../agent/state/paths.ts";
import { signatureOf, SITE_KEY_PATH, SITE_PUBLIC_KEY } from "../agent/trust/site_key.ts";
import { FakeHost } from "../fakes/fake_host.ts";
import { clientOf } from "../release/registry_case.ts";
import { pushSampleRelease } from "../release/sample_release_push.ts";
import { pushBlob, pushManifest } from "../simulator/push.ts";
import { until } from "../until.ts";
import { fluxTest } from "./flux_case.ts";

const OTHER_KEY = String(
  generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ type: "spki", format: "pem" }),
);

await fluxTest(
  "Flux's source-controller takes a bundle only with a signature of the agent's keys, where it is signed",
  ["source-controller"],
  async ({ kube, registry: server }) => {
    await using started = new AsyncDisposableStack();
    const registry = clientOf(server);
    started.defer(() => registry.close());
    const host = new FakeHost();
    const mirrors = { "ghcr.io": server.url };
    const context = { host, mirrors, registry, clock: systemClock, signal: new AbortController().signal };
    const bundleOf = async (version: string) =>
      (await pushSampleRelease(server.url, { version, channels: [] })).manifest.config;

    host.put(SITE_KEY_PATH, SITE_PUBLIC_KEY);
    const unsigned = await bundleOf("1.4.0");
    await applySource(kube, unsigned, context);
    const taken = await settled(kube, unsigned.digest);
    assert.equal(taken.spec.verify, undefined, "an unsigned bundle is taken as before");
    assert.ok(isReady(taken), words(taken));

    const signed = await bundleOf("1.5.0");
    await sign(server.url, signed.digest);
    await applySource(kube, signed, context);
    assert.equal(await sourceIsCurrent(kube, signed, context), true);
    const verified = await settled(kube, signed.digest);
    assert.deepEqual(verified.spec.verify.secretRef, { name: KEYS_SECRET });
    assert.equal(conditionOf(verified, "SourceVerified")?.status, "True", words(verified));
    assert.ok(isReady(verified), words(verified));

    // As if somebody wrote another bundle into the cluster behind the agent.
    const changed = await bundleOf("1.6.0");
    const [tampered] = sourceObjects(changed, { "ghcr.io": server.url }, { isSigned: true });
    await kube.apply(tampered, { force: true });
    const refused = await settled(kube, changed.digest);
    assert.equal(conditionOf(refused, "Ready")?.reason, "VerificationError");
    assert.match(
      words(refused),
      /failed to verify the signature using provider 'cosign': no matching signatures were found/,
    );
    assert.doesNotMatch(String(refused.status?.artifact?.revision), new RegExp(changed.digest));

    // A new key beside the old one, then the old one gone: what it signed alone is verified no longer.
    host.put(`${PATHS.keyFolder}/new.pub`, OTHER_KEY);
    assert.equal(await sourceIsCurrent(kube, signed, context), false, "keys changed");
    await applySource(kube, signed, context);
    assert.ok(isReady(await settled(kube, signed.digest)));
    host.files.delete(SITE_KEY_PATH);
    await applySource(kube, signed, context);
    const unverifiable = await settled(kube, signed.digest);
    assert.equal(unverifiable.spec.verify, undefined, "no key that counts here signed it");
    const keys = await kube.get({ resource: KINDS.Secret, namespace: "flux-system", name: KEYS_SECRET });
    assert.equal(Object.keys(keys?.data ?? {}).length, 1);
  },
);

/** Signs a bundle with the site's key as the release tool does. */
async function sign(url: string, digest: string): Promise<void> {
  const repository = "nine-minds/alga-appliance-config";
  const { tag, manifest, blobs } = signatureOf({ host: "ghcr.io", repository, digest });
  for (const bytes of blobs.values()) await pushBlob(url, repository, bytes, "");
  await pushManifest(url, repository, [tag], JSON.parse(new TextDecoder().decode(manifest)));
}

/** The source once Flux has judged this digest in its present form. */
async function settled(kube: KubeClient, digest: string): Promise<KubeObject> {
  const ref = { resource: KINDS.OCIRepository, namespace: "flux-system", name: SOURCE_NAME };
  const found = await until(`Flux has judged ${digest}`, () => kube.get(ref), (it) => {
    const ready = conditionOf(it, "Ready");
    return it?.spec.ref.digest === digest && ready?.observedGeneration === it?.metadata.generation &&
      (ready?.status === "False" || ready?.status === "True" && hasArtifact(it, digest));
  });
  assert.ok(found);
  return found;
}

function hasArtifact(source: KubeObject | undefined, digest: string): boolean {
  return String(source?.status?.artifact?.revision).includes(digest);
}

interface Condition {
  type: string;
  status: string;
  reason: string;
  message: string;
  observedGeneration?: number;
}

function conditionOf(source: KubeObject | undefined, type: string): Condition | undefined {
  return (source?.status?.conditions as Condition[] | undefined)?.find((it) => it.type === type);
}

function isReady(source: KubeObject): boolean {
  return conditionOf(source, "Ready")?.status === "True";
}

function words(source: KubeObject): string {
  return JSON.stringify(source.status?.conditions);
}
