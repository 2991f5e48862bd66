import { stringify } from "yaml";
import { SOURCE_NAME } from "../../../../flux/source_objects.ts";
import { type KubeObject } from "../../../../k8s/mod.ts";
import { chartArtifact } from "../../../../tools/release/helm_chart.ts";
import { pushRelease } from "../../../../tools/release/push_release.ts";
import { createRegistryWriter } from "../../../../tools/release/registry_writer.ts";
import { pushFluxArtifact } from "../../../simulator/push.ts";
import { scaleToZero } from "../faults.ts";
import { type RealNode, REGISTRY_HOST, UNTRUSTED_REGISTRY_HOST } from "../real_node.ts";
import { deployment, type RecordCase, SHELL, shell } from "./record_case.ts";

type Json = Record<string, unknown>;

const CHARTS = "alga-charts";
const ABSENT_IMAGE = { image: SHELL.replace(/1$/, "nope") };

/** Never gets a pod that could tell why: their account is not there. */
const WITHOUT_PODS = deployment("email-service", shell("sleep 3600"), { serviceAccountName: "absent" });

/** Releases that Flux cannot fetch, build or install; its controllers are the real ones, in pods. */
export function fluxCases(): RecordCase[] {
  return [
    fetching("flux-wrong-digest", "flux.source-notfound", {
      ref: { digest: `sha256:${"0".repeat(64)}` },
    }),
    fetching("flux-not-found", "flux.source-notfound", { url: `oci://${REGISTRY_HOST}/flux/absent` }),
    {
      ...fetching("flux-401", "flux.source-auth", {}),
      arrange: (node) => {
        const undo = node.registry.fail("/v2/flux/flux-401/", { kind: "status", status: 401 });
        return Promise.resolve(() => Promise.resolve(undo()));
      },
    },
    fetching("flux-tls", "flux.source-tls", {
      url: `oci://${UNTRUSTED_REGISTRY_HOST}/flux/any`,
      insecure: false,
    }),
    {
      ...fetching("flux-dns", "dns.nxdomain", { url: "oci://flux-dns.test/flux/any" }),
      arrange: (node) => {
        const undo = node.dns.answer("flux-dns.test", "nxdomain");
        return Promise.resolve(() => Promise.resolve(undo()));
      },
    },
    {
      ...fetching("flux-unsigned", "flux.verify", {
        verify: { provider: "cosign", secretRef: { name: "signer" } },
      }),
      async arrange(node, namespace) {
        await pushFluxArtifact(node.registry.pushUrl, "flux/flux-unsigned", "1", { "any.yaml": "" });
        const kube = node.client();
        const stringData = { "signer.pub": await anyPublicKey() };
        await kube.create({
          apiVersion: "v1",
          kind: "Secret",
          metadata: { name: "signer", namespace },
          stringData,
        });
        kube.close();
      },
    },
    fetching("flux-refused", "net.egress", { url: "oci://registry.test:5998/flux/any" }),
    applying("flux-bad-path", "flux.build", {}, { path: "./absent" }),
    applying("flux-bad-yaml", "flux.build", { "bad.yaml": "kind: [no\n" }),
    applying("flux-missing-kind", "flux.crd-missing", {
      "widget.yaml": stringify({ apiVersion: "site.test/v1", kind: "Widget", metadata: { name: "one" } }),
    }),
    {
      ...applying("flux-missing-dependency", "flux.dependency", {}, { dependsOn: [{ name: "absent" }] }),
      laterSec: 180,
    },
    { ...applying("flux-suspended", "flux.suspended", {}, { suspend: true }) },
    applying("flux-health-check", "flux.health-check", { "part.yaml": stringify(paused("unknown-part")) }),
    {
      ...applying("flux-health-check-image", "img.not-found", {
        "part.yaml": stringify(deployment("alga-core-sebastian", ABSENT_IMAGE)),
      }),
      component: "alga-core",
      states: ["ErrImagePull", "ImagePullBackOff"],
    },
    installing("flux-chart-missing", "flux.source-notfound", undefined),
    installing("flux-helm-timeout", "cfg.missing-account", stringify(WITHOUT_PODS)),
    {
      ...installing("flux-helm-image", "img.not-found", stringify(deployment("email-service", ABSENT_IMAGE))),
      component: "email-service",
      states: ["ErrImagePull", "ImagePullBackOff"],
    },
    installing("flux-helm-fails", "flux.stalled", '{{ fail "a value is missing" }}\n'),
    installing(
      "flux-helm-credentials",
      "app.db-auth",
      '{{ fail "Refusing to generate db-credentials: the volume holds data already" }}\n',
    ),
    {
      name: "flux-controller-none",
      expected: "flux.controller-down",
      component: "kustomize-controller",
      wholeNode: true,
      flux: true,
      also: { namespace: "flux-system", name: "kustomize-controller" },
      watchSec: 20,
      laterSec: 180,
      objects: [],
      arrange: (node) => scaleToZero(node, "flux-system", "kustomize-controller"),
    },
  ];
}

/** Nothing is pushed: a source that cannot be read, or one of this case's own making. */
function fetching(name: string, expected: RecordCase["expected"], spec: Json): RecordCase {
  return { name, expected, flux: true, objects: [source(name, spec)] };
}

/** A layer whose files are these. */
function applying(
  name: string,
  expected: RecordCase["expected"],
  files: Record<string, string>,
  spec: Json = {},
): RecordCase {
  return {
    name,
    expected,
    flux: true,
    objects: [source(name), {
      apiVersion: "kustomize.toolkit.fluxcd.io/v1",
      kind: "Kustomization",
      metadata: { name: "alga-core" },
      spec: {
        ...{ interval: "5m0s", retryInterval: "15s", timeout: "15s", path: "./", prune: true, wait: true },
        targetNamespace: name,
        sourceRef: { kind: "OCIRepository", name: SOURCE_NAME },
        ...spec,
      },
    }],
    async arrange(node) {
      const settings = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "settings" }, data: {} };
      await pushFluxArtifact(node.registry.pushUrl, `flux/${name}`, "1", {
        "settings.yaml": stringify(settings),
        ...files,
      });
    },
  };
}

/** A Helm release whose chart has this template; without one there is no chart. */
function installing(
  name: string,
  expected: RecordCase["expected"],
  template: string | undefined,
): RecordCase {
  const url = `oci://${REGISTRY_HOST}/flux/${name}`;
  const remediation = { remediation: { retries: 0 } };
  return {
    name,
    expected,
    flux: true,
    objects: [
      {
        apiVersion: "source.toolkit.fluxcd.io/v1",
        kind: "HelmRepository",
        metadata: { name: CHARTS },
        spec: { type: "oci", interval: "5m0s", url, insecure: true },
      },
      {
        apiVersion: "helm.toolkit.fluxcd.io/v2",
        kind: "HelmRelease",
        metadata: { name: "email-service" },
        spec: {
          ...{ interval: "10m0s", timeout: "25s", releaseName: "email-service" },
          chart: {
            spec: { chart: "part", version: "1.0.0", sourceRef: { kind: "HelmRepository", name: CHARTS } },
          },
          install: remediation,
          upgrade: remediation,
        },
      },
    ],
    async arrange(node) {
      if (template !== undefined) await pushChart(node, `flux/${name}`, template);
    },
  };
}

async function pushChart(node: RealNode, repository: string, template: string): Promise<void> {
  const meta = { apiVersion: "v2", name: "part", version: "1.0.0" };
  const files = { "Chart.yaml": stringify(meta), "templates/part.yaml": template };
  const writer = createRegistryWriter({
    mirrors: { [REGISTRY_HOST]: node.registry.pushUrl },
    credentials: () => undefined,
  });
  const chart = { name: meta.name, version: meta.version, meta, files };
  await Array.fromAsync(
    pushRelease(writer, [await chartArtifact({ host: REGISTRY_HOST, repository }, chart)]),
  );
}

/** PEM. Nobody signs with it. */
async function anyPublicKey(): Promise<string> {
  const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, [
    "sign",
    "verify",
  ]);
  const text = new Uint8Array(await crypto.subtle.exportKey("spki", pair.publicKey)).toBase64();
  return `-----BEGIN PUBLIC KEY-----\n${text.replaceAll(/.{64}/g, "$&\n")}\n-----END PUBLIC KEY-----\n`;
}

function source(name: string, spec: Json = {}): KubeObject {
  return {
    apiVersion: "source.toolkit.fluxcd.io/v1",
    kind: "OCIRepository",
    metadata: { name: SOURCE_NAME },
    spec: {
      ...{ interval: "1m0s", url: `oci://${REGISTRY_HOST}/flux/${name}`, ref: { tag: "1" }, insecure: true },
      ...spec,
    },
  };
}

/** One that has no pods and never gets ready. */
function paused(name: string): KubeObject {
  const made = deployment(name, shell("sleep 3600"));
  return { ...made, spec: { ...made.spec, paused: true } };
}
