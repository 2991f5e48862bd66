import { BOOTSTRAP_JOB, LOCAL_PATH_NAMES, NAMESPACES } from "./names.ts";
import type { TierId } from "./tiers.ts";

/** One part of the appliance that people know by a name. */
export interface Component {
  name: string;
  /** Begins a sentence. */
  title: string;
  /** What people lose while it does not work; begins a sentence. */
  loss: string;
  tier: TierId;
  namespace: string;
  kind: "Deployment" | "StatefulSet" | "Job";
  /** Name of the object that runs it. */
  object: string;
  /** HelmRelease that brings it. */
  release?: string;
  /** Components whose trouble it shares. */
  dependsOn: readonly string[];
  /** May be absent by choice. */
  optional?: boolean;
}

const FLUX_PARTS = ["source", "kustomize", "helm", "notification"] as const;

/** Every known part, lowest tier first. */
export const COMPONENTS: readonly Component[] = [
  {
    name: "coredns",
    title: "The name service of the cluster",
    loss: "The parts of Alga cannot find each other",
    tier: "platform",
    namespace: NAMESPACES.system,
    kind: "Deployment",
    object: "coredns",
    dependsOn: [],
  },
  {
    name: "storage",
    title: "The storage service",
    loss: "No new storage can be made",
    tier: "platform",
    namespace: NAMESPACES.storage,
    kind: "Deployment",
    object: LOCAL_PATH_NAMES.deployment,
    dependsOn: [],
  },
  ...FLUX_PARTS.map((part): Component => ({
    name: `${part}-controller`,
    title: `The installer (${part})`,
    loss: "Releases cannot be installed or changed",
    tier: "platform",
    namespace: NAMESPACES.flux,
    kind: "Deployment",
    object: `${part}-controller`,
    dependsOn: [],
  })),
  {
    name: "appliance-status",
    title: "The platform status service",
    loss: "The installation of Alga waits for it",
    tier: "platform",
    namespace: NAMESPACES.status,
    kind: "Deployment",
    object: "appliance-status",
    // Releases of this repository have none: this agent is the status service.
    optional: true,
    dependsOn: ["source-controller", "kustomize-controller"],
  },
  {
    name: "db",
    title: "The database",
    loss: "Nobody can log in",
    tier: "core",
    namespace: NAMESPACES.app,
    kind: "StatefulSet",
    object: "db",
    release: "alga-core",
    dependsOn: ["storage", "appliance-status"],
  },
  {
    name: "redis",
    title: "The cache (Redis)",
    loss: "Nobody can log in",
    tier: "core",
    namespace: NAMESPACES.app,
    kind: "StatefulSet",
    object: "redis",
    release: "alga-core",
    dependsOn: ["storage", "appliance-status"],
  },
  {
    name: "pgbouncer",
    title: "The database connection pool",
    loss: "Background services cannot reach the database",
    tier: "core",
    namespace: NAMESPACES.app,
    kind: "Deployment",
    object: "pgbouncer",
    release: "pgbouncer",
    dependsOn: ["db"],
  },
  {
    name: "bootstrap",
    title: "The first-time setup of the database",
    loss: "Nobody can log in until it has finished",
    tier: "bootstrap",
    namespace: NAMESPACES.app,
    kind: "Job",
    object: BOOTSTRAP_JOB,
    release: "alga-core",
    dependsOn: ["db"],
  },
  {
    name: "alga-core",
    title: "Alga PSA",
    loss: "Nobody can log in",
    tier: "login",
    namespace: NAMESPACES.app,
    kind: "Deployment",
    object: "alga-core-sebastian",
    release: "alga-core",
    dependsOn: ["db", "redis", "bootstrap"],
  },
  {
    name: "temporal",
    title: "The workflow engine (Temporal)",
    loss: "Workflows do not run",
    tier: "background",
    namespace: NAMESPACES.app,
    kind: "Deployment",
    object: "temporal",
    release: "temporal",
    dependsOn: ["db"],
  },
  {
    name: "temporal-ui",
    title: "The workflow console (Temporal UI)",
    loss: "The workflow console cannot be opened",
    tier: "background",
    namespace: NAMESPACES.app,
    kind: "Deployment",
    object: "temporal-ui",
    release: "temporal",
    dependsOn: ["temporal"],
    optional: true,
  },
  {
    name: "workflow-worker",
    title: "The workflow worker",
    loss: "Scheduled workflows do not run",
    tier: "background",
    namespace: NAMESPACES.app,
    kind: "Deployment",
    object: "workflow-worker",
    release: "workflow-worker",
    dependsOn: ["pgbouncer", "redis", "temporal"],
  },
  {
    name: "email-service",
    title: "The email service",
    loss: "Email is neither sent nor fetched",
    tier: "background",
    namespace: NAMESPACES.app,
    kind: "Deployment",
    object: "email-service",
    release: "email-service",
    dependsOn: ["pgbouncer", "redis", "bootstrap"],
  },
  {
    name: "temporal-worker",
    title: "The tenant worker",
    loss: "New companies cannot be created and long jobs wait",
    tier: "background",
    namespace: NAMESPACES.app,
    kind: "Deployment",
    object: "temporal-worker",
    release: "temporal-worker",
    dependsOn: ["pgbouncer", "redis", "temporal"],
  },
];

/** Which components stand behind a Flux Kustomization. */
export const KUSTOMIZATION_COMPONENTS: Readonly<Record<string, readonly string[]>> = {
  "alga-platform": ["appliance-status"],
  "alga-core": ["db", "redis", "pgbouncer", "bootstrap", "alga-core"],
  "alga-background": ["temporal", "temporal-ui", "workflow-worker", "email-service", "temporal-worker"],
};

const BY_NAME = new Map(COMPONENTS.map((it) => [it.name, it]));
const BY_OBJECT = new Map(COMPONENTS.map((it) => [`${it.namespace}/${it.kind}/${it.object}`, it]));

/** A component by its name. */
export function componentByName(name: string): Component | undefined {
  return BY_NAME.get(name);
}

/** The component that a Deployment, StatefulSet or Job runs; `undefined` for objects that are not part of the appliance. */
export function componentByObject(namespace: string, kind: string, name: string): Component | undefined {
  return BY_OBJECT.get(`${namespace}/${kind}/${name}`);
}

/** Components brought by a HelmRelease. */
export function componentsOfRelease(release: string): readonly string[] {
  return COMPONENTS.filter((it) => it.release === release).map((it) => it.name);
}

/** Whether `name` can only work when `other` does, directly or through others. */
export function dependsOn(name: string, other: string): boolean {
  const direct = BY_NAME.get(name)?.dependsOn ?? [];
  return direct.includes(other) || direct.some((it) => dependsOn(it, other));
}
