import { systemClock } from "../../../agent/clock.ts";
import { createEngine } from "../../../agent/operation/mod.ts";
import { HELM_RELEASES } from "../../../agent/product/helm_releases.ts";
import { RegistryError } from "../../../agent/registry/errors.ts";
import type { RegistryClient } from "../../../agent/registry/registry.ts";
import { RELEASE_REPOSITORY, type ResolvedRelease } from "../../../agent/release/mod.ts";
import { valuesObjects } from "../../../agent/setup/values_objects.ts";
import { writeSelection } from "../../../agent/setup/release_selection.ts";
import { type Journal, openJournal } from "../../../agent/state/journal.ts";
import { updateGate } from "../../../agent/update/gate.ts";
import { prepareGate } from "../../../agent/update/images/prepare_operation.ts";
import { createUpdateService, type UpdateService } from "../../../agent/update/update_service.ts";
import { sourceObjects } from "../../../flux/source_objects.ts";
import { conditionOf, KINDS, type KubeObject } from "../../../k8s/mod.ts";
import type { FakeHost } from "../../fakes/fake_host.ts";
import { type DieAt, type DieWhen, startMortalProcess } from "../operation/mortal_process.ts";
import { SETTINGS } from "../settings/settings_world.ts";
import { signatureOf } from "../trust/site_key.ts";
import { inStepWorld, RushingClock, sampleRelease, type StepWorld } from "../setup/steps/step_world.ts";

export const BY = { by: "browser 192.0.2.7" };

/** HelmRelease → its chart. @see flux/base */
const CHARTS: Record<string, string> = {
  "alga-core": "sebastian",
  pgbouncer: "pgbouncer",
  temporal: "temporal",
  "email-service": "email-service",
  "workflow-worker": "workflow-worker",
  "temporal-worker": "temporal-worker",
};

/** The installed release and the one after it. */
export const OLD = releaseOf("1.4.0", "1");
export const NEW = releaseOf("1.5.0", "2");

export function releaseOf(version: string, digit: string, upgradeFrom?: string[]): ResolvedRelease {
  const tag = `tag-${version}`;
  const resolved = sampleRelease({
    version,
    charts: Object.fromEntries(Object.values(CHARTS).map((it) => [it, `0.0.0-appliance.${version}`])),
    images: { algaCore: tag, workflowWorker: tag, emailService: tag, temporalWorker: tag },
    config: { repository: "ghcr.io/nine-minds/alga-appliance-config", digest: `sha256:${digit.repeat(64)}` },
    ...(upgradeFrom && { upgradeFrom }),
  });
  return { ...resolved, manifestDigest: `sha256:${digit.repeat(63)}f` };
}

/** What Flux and Helm do, one turn at a time. */
export interface UpdateWorld extends StepWorld {
  /** Releases whose bundles Flux can apply. */
  releases: ResolvedRelease[];
  /** Upgrades that Helm made: "alga-core 0.0.0-appliance.1.5.0 tag-1.5.0". */
  upgrades: string[];
  /** What Helm says in place of a success, by release. */
  trouble: Map<string, { message: string; stalled: boolean }>;
  /** Why nothing comes from the registry, while nothing does. */
  outage: { message?: string };
  release(name: string): KubeObject;
  /** The bootstrap Job, while there is one. */
  job(): KubeObject | undefined;
}

/**
 * Waits pass at once, as in steps; what is as long as a time limit takes its tenth, so that it is not over before the work is. No
 * two moments are the same.
 */
class PatientClock extends RushingClock {
  #asked = 0;
  override nowMs(): number {
    return super.nowMs() + ++this.#asked;
  }
  override sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return ms < 20_000 ? super.sleep(ms, signal) : systemClock.sleep(ms / 10, signal);
  }
}

/** An appliance that runs {@link OLD}: Flux's objects, six releases, the finished bootstrap Job. */
export async function inUpdateWorld(body: (world: UpdateWorld) => Promise<void>): Promise<void> {
  await inStepWorld(async (stepWorld) => {
    const clock = new PatientClock();
    const world = { ...stepWorld, clock };
    const { api, kube, host } = world;
    host.nowMs = () => clock.nowMs();
    host.put("/run/systemd/resolve/resolv.conf", "nameserver 192.0.2.53\n");
    for (const it of fluxKinds()) await kube.apply(it);
    for (const name of ["alga-system", "msp", "flux-system"]) {
      await kube.create({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
    }
    await writeSelection(host, clock, OLD, SETTINGS);
    for (const it of valuesObjects(OLD, SETTINGS)) await kube.apply(it, { force: true });
    for (const it of sourceObjects(OLD.manifest.config, {})) await kube.apply(it, { force: true });
    for (const name of HELM_RELEASES) {
      const chart = CHARTS[name] ?? "";
      api.store.create(KINDS.HelmRelease, {
        metadata: { name, namespace: "alga-system" },
        spec: { chart: { spec: { chart, version: OLD.manifest.charts[chart] } } },
      }, "kustomize-controller");
    }
    api.store.create(KINDS.Job, {
      metadata: { name: "alga-core-sebastian-bootstrap", namespace: "msp", labels: { of: "1.4.0" } },
      spec: {},
    }, "helm");
    const trouble: UpdateWorld["trouble"] = new Map();
    const outage: UpdateWorld["outage"] = {};
    const upgrades: string[] = [];
    const release = (name: string) => api.store.get(KINDS.HelmRelease, "alga-system", name) as KubeObject;
    const releases = [OLD, NEW];
    const flux = createTinyFlux(world, { upgrades, trouble, outage, releases });
    flux.turn();
    upgrades.length = 0;
    const end = api.store.listen(() => queueMicrotask(flux.turn));
    try {
      await body({ ...world, upgrades, trouble, outage, releases, release, job: () => jobOf(api) });
    } finally {
      end();
    }
  });
}

function jobOf(api: StepWorld["api"]): KubeObject | undefined {
  return api.store.list(KINDS.Job).find((it) => it.metadata.name === "alga-core-sebastian-bootstrap");
}

/** The least of source-, kustomize- and helm-controller that an update needs; it is told of each change, as they are. */
function createTinyFlux(
  { api, clock }: StepWorld,
  { upgrades, trouble, outage, releases }: Pick<UpdateWorld, "upgrades" | "trouble" | "outage" | "releases">,
): { turn(): void } {
  let isBusy = false;
  const patch = (
    kind: typeof KINDS[keyof typeof KINDS],
    object: KubeObject,
    change: Record<string, unknown>,
    sub?: string,
  ) => api.store.patch(kind, object.metadata.namespace, object.metadata.name, change, "flux", sub);

  function source(): void {
    for (const it of api.store.list(KINDS.OCIRepository)) {
      const { digest } = it.spec.ref;
      if (it.status?.artifact?.revision === digest) continue;
      const { message } = outage;
      const ready = {
        type: "Ready",
        status: message === undefined ? "True" : "False",
        message: message ?? "",
      };
      if (message !== undefined && conditionOf(it, "Ready")?.message === message) continue;
      // What was fetched before stays.
      const artifact = message === undefined ? { artifact: { revision: digest } } : {};
      patch(KINDS.OCIRepository, it, { status: { ...artifact, conditions: [ready] } }, "status");
    }
  }

  /** Applies the bundle: here its charts, which stand in no artifact. */
  function bundle(): void {
    const [found] = api.store.list(KINDS.OCIRepository);
    const asked = api.store.list(KINDS.Kustomization)[0]?.metadata.annotations?.[
      "reconcile.fluxcd.io/requestedAt"
    ];
    const of = releases.find((it) => it.manifest.config.digest === found?.status?.artifact?.revision);
    if (!of || of !== OLD && asked === undefined) return; // without a word, at its own interval
    for (const it of api.store.list(KINDS.HelmRelease)) {
      const version = of.manifest.charts[it.spec.chart.spec.chart];
      if (it.spec.chart.spec.version !== version) {
        patch(KINDS.HelmRelease, it, { spec: { chart: { spec: { version } } } });
      }
    }
  }

  function helm(): void {
    for (const it of api.store.list(KINDS.HelmRelease)) {
      if (it.spec.suspend === true) continue;
      const { name, generation, annotations } = it.metadata;
      const values = Object.values(
        api.store.list(KINDS.ConfigMap).find((map) => map.metadata.name === `appliance-values-${name}`)
          ?.data ??
          {},
      )[0] as string ?? "";
      const version = it.spec.chart.spec.version as string;
      const tag = /tag-[\d.]+/.exec(values)?.[0] ?? "";
      const wanted = `${name} ${version} ${tag}`;
      const asked = annotations?.["reconcile.fluxcd.io/requestedAt"];
      const isForced = asked !== undefined && annotations?.["reconcile.fluxcd.io/forceAt"] === asked;
      const isReset = asked !== undefined && annotations?.["reconcile.fluxcd.io/resetAt"] === asked;
      const seen = it.status?.seen === wanted && it.status?.observedGeneration === generation &&
        it.status?.lastHandledReconcileAt === asked;
      if (seen) continue;
      // It has given up on this, and says so until somebody has it forget that.
      if (conditionOf(it, "Stalled")?.status === "True" && it.status?.seen === wanted && !isReset) {
        const handled = { observedGeneration: generation, ...(asked && { lastHandledReconcileAt: asked }) };
        patch(KINDS.HelmRelease, it, { status: handled }, "status");
        continue;
      }
      const bad = trouble.get(name);
      if (it.status?.seen !== wanted || isForced) upgrades.push(wanted);
      const isBlocked = bad !== undefined && (!/immutable/.test(bad.message) || jobOf(api) !== undefined);
      const at = new Date(clock.nowMs()).toISOString();
      const condition = (type: string, status: string, message: string) => ({
        type,
        status,
        message,
        reason: "Test",
        lastTransitionTime: at,
      });
      patch(KINDS.HelmRelease, it, {
        status: {
          seen: wanted,
          observedGeneration: generation,
          ...(asked === undefined ? {} : { lastHandledReconcileAt: asked }),
          history: [{ chartVersion: version }],
          conditions: isBlocked
            ? [
              condition("Ready", "False", bad.message),
              condition("Released", "False", bad.message),
              ...(bad.stalled ? [condition("Stalled", "True", "Failed to upgrade after 1 attempt")] : []),
            ]
            : [condition("Ready", "True", "upgrade succeeded"), condition("Released", "True", "ok")],
        },
      }, "status");
    }
  }

  return {
    turn() {
      if (isBusy) return;
      isBusy = true;
      try {
        source();
        bundle();
        helm();
      } catch {
        // something was deleted in between
      } finally {
        isBusy = false;
      }
    },
  };
}

/** Flux's kinds, so that the API knows them. */
function fluxKinds(): KubeObject[] {
  return [
    ["HelmRelease", "helm.toolkit.fluxcd.io", "v2"],
    ["Kustomization", "kustomize.toolkit.fluxcd.io", "v1"],
    ["OCIRepository", "source.toolkit.fluxcd.io", "v1"],
  ].map(([kind = "", group = "", version = ""]) => {
    const plural = kind === "OCIRepository" ? "ocirepositories" : `${kind.toLowerCase()}s`;
    return {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: `${plural}.${group}` },
      spec: {
        group,
        scope: "Namespaced",
        names: { kind, plural, singular: kind.toLowerCase() },
        versions: [{ name: version, served: true, storage: true, subresources: { status: {} } }],
      },
    };
  });
}

/** Finds nothing: what the checks find has tests of its own. */
export const OPEN_GATE: typeof updateGate = {
  ...updateGate,
  check: () => Promise.resolve({ startedAt: "", finishedAt: "", results: [] }),
};

/** One process of the agent. After `limit` effects nothing of it reaches disk or cluster. */
export interface Agent {
  updates: UpdateService;
  /** Entries of the audit log that the agent made of itself. */
  audited: string[];
  journal: Journal;
  effects(): number;
  /** As after SIGKILL: gives the disk for the next one. */
  kill(): Promise<FakeHost>;
}

/** What the registry says now for a reference of a repository, or why it says nothing. */
export type Channel = (reference: string, repository: string) => ResolvedRelease;

/** `channel`: the same for everything that is asked, unless it looks. */
export async function startAgent(
  world: UpdateWorld,
  host: FakeHost,
  {
    limit = Infinity,
    dieAt,
    dieWhen,
    gate = OPEN_GATE,
    channel = () => NEW,
    isLoginReady = true,
    isSigned = () => false,
    signatures = "warn",
    registry,
  }: {
    /** In place of one that has what the channel leads to. */
    registry?: RegistryClient;
    isSigned?: () => boolean;
    signatures?: "warn" | "require";
    limit?: number;
    dieAt?: DieAt;
    dieWhen?: DieWhen;
    gate?: typeof updateGate;
    channel?: Channel;
    isLoginReady?: boolean;
  } = {},
): Promise<Agent> {
  const process = startMortalProcess(host, world.kube, limit, {
    ...(dieAt && { dieAt }),
    ...(dieWhen && { dieWhen }),
  });
  const { clock } = world;
  const journal = await openJournal(host, clock);
  const audited: string[] = [];
  const engine = createEngine({ host, clock, journal });
  const updates = await createUpdateService({
    host,
    clock,
    engine,
    journal,
    connectKube: () => Promise.resolve(process.kube),
    mirrors: {},
    registryFor: () => registry ?? registryOf(channel, isSigned),
    agentPort: 8080,
    gate,
    prepareGate: { ...prepareGate, check: OPEN_GATE.check as typeof prepareGate.check },
    isSetUp: () => true,
    settings: () => Promise.resolve({ ...SETTINGS, signatures }),
    login: { isReady: () => isLoginReady, waitingFor: () => "", subscribe: () => () => {} },
    troubles: () => [],
    audit: (type, data) => Promise.resolve(void audited.push(`${type} ${data.via} ${data.result}`)),
  });
  await engine.dischargeOwed();
  await engine.resume();
  return {
    updates,
    audited,
    journal,
    effects: process.effects,
    async kill() {
      process.die();
      await engine.stop().catch(() => {});
      return process.diskLeft();
    },
  };
}

/** A registry that has what the channel leads to, signed with the site's key or not, and every chart. */
export function registryOf(channel: Channel, isSigned: () => boolean): RegistryClient {
  const encoder = new TextEncoder();
  const manifests = new Map<string, ResolvedRelease["manifest"]>();
  const signature = () => {
    const { registryHost: host, repository, manifestDigest: digest } = channel("stable", RELEASE_REPOSITORY);
    return signatureOf({ host, repository, digest });
  };
  return {
    ping: () => Promise.resolve({ status: 200, dateMs: undefined }),
    // deno-lint-ignore require-await -- a channel that throws is a registry that refuses
    async fetchManifest(host, repository, reference) {
      if (reference.startsWith("sha256-")) {
        const { tag, manifest: bytes } = signature();
        if (isSigned() && reference === tag) return { digest: "", mediaType: "", bytes };
        throw new RegistryError("not-found", host, `${host} does not have ${reference} (404)`, {
          status: 404,
        });
      }
      const { manifest, manifestDigest } = channel(reference, repository);
      manifests.set(manifestDigest, manifest);
      const config = { digest: manifestDigest, size: JSON.stringify(manifest).length };
      return { digest: manifestDigest, mediaType: "", bytes: encoder.encode(JSON.stringify({ config })) };
    },
    measureBlob: (_host, _repository, _digest, { maxBytes }) =>
      Promise.resolve({ bytes: maxBytes, tookMs: 1 }),
    fetchBlob: (_host, _repository, { digest }) =>
      Promise.resolve(signature().blobs.get(digest) ?? encoder.encode(JSON.stringify(manifests.get(digest)))),
    fetchReferrers: () => Promise.resolve(undefined),
    openBlob: () => Promise.reject(new TypeError("nothing large is fetched here")),
    exists: () => Promise.resolve(true),
    close: () => {},
  };
}
