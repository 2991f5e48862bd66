/** Namespaces that the appliance makes or reads. Published releases expect these names. @see docs/technical-reference.md */
export const NAMESPACES = {
  /** Alga itself and everything that its releases bring. */
  app: "msp",
  /** Settings that the agent writes for Flux. */
  settings: "alga-system",
  /** The status service of older releases. */
  status: "appliance-system",
  flux: "flux-system",
  storage: "local-path-storage",
  storageSmoke: "storage-smoke",
  /** Kubernetes' own. */
  system: "kube-system",
} as const;

/** Whether what lies there is the appliance's. Whatever else runs on this machine is its owner's affair. */
export function isOwnNamespace(namespace: string): boolean {
  return Object.values<string>(NAMESPACES).includes(namespace);
}

/** Secrets that the agent makes, once. */
export const SECRETS = {
  shared: "alga-psa-shared",
  licenceSeed: "appliance-license-seed",
  initialTenant: "appliance-initial-tenant",
  statusAuth: "appliance-status-auth",
} as const;

/** Secrets that setup makes for Flux. */
export const FLUX_SECRETS = { login: "alga-registry-login", keys: "alga-release-keys" } as const;

/** Whether setup makes the Secret or ConfigMap of this name, so that running it again brings a missing one back. */
export function isMadeBySetup(name: string): boolean {
  return Object.values<string>({ ...SECRETS, ...FLUX_SECRETS }).includes(name) ||
    /^appliance-(?:values|release)-/.test(name);
}

/** The job that fills an empty database; it comes with the release `alga-core`. */
export const BOOTSTRAP_JOB = "alga-core-sebastian-bootstrap";

/** The volume provisioner: its Deployment, its StorageClass, and the name by which the class calls it. */
export const LOCAL_PATH_NAMES = {
  deployment: "local-path-provisioner",
  storageClass: "local-path",
  provisioner: "rancher.io/local-path",
} as const;

/** Kernel settings of the appliance, as advice names them; read again at each start of the machine. */
export const SYSCTL_FILE = "/etc/sysctl.d/90-alga-appliance.conf";
