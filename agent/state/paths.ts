/** Where things lie on an appliance. */
export const PATHS = {
  stateDir: "/var/lib/alga-appliance",
  configDir: "/etc/alga-appliance",
  logDir: "/var/log/alga-appliance",
  runDir: "/run/alga-appliance",
  socket: "/run/alga-appliance/agent.sock",
  /** Held by the one agent that serves this appliance. */
  agentLock: "/run/alga-appliance/agent.lock",
  journal: "/var/lib/alga-appliance/journal.jsonl",
  /** How far the journal reaches, in two places. */
  journalHead: "/var/lib/alga-appliance/journal-head.json",
  journalHeadCopy: "/etc/alga-appliance/journal-head.json",
  installState: "/var/lib/alga-appliance/install-state.json",
  setupInputs: "/var/lib/alga-appliance/setup-inputs.json",
  /** Answers that were typed and not yet sent off, without passwords. */
  setupDraft: "/var/lib/alga-appliance/setup-draft.json",
  /** Support bundles that are kept, and a list of those that were made. */
  bundleDir: "/var/lib/alga-appliance/support-bundles",
  /** What was changed after setup, with its history. */
  settings: "/var/lib/alga-appliance/settings.json",
  /** The change that was asked for last, until the journal tells that it counts. */
  settingsRequest: "/var/lib/alga-appliance/settings-request.json",
  /** The update that was asked for last: which release, from which. */
  updateRequest: "/var/lib/alga-appliance/update-request.json",
  /** Whose images are fetched beforehand. */
  prepareRequest: "/var/lib/alga-appliance/prepare-request.json",
  /** The update of the agent that was asked for last; the order that its unit carries out; how that ended; the fetched program. */
  agentUpdateRequest: "/var/lib/alga-appliance/agent/request.json",
  agentOrder: "/var/lib/alga-appliance/agent/order.json",
  agentOutcome: "/var/lib/alga-appliance/agent/outcome.json",
  agentNext: "/var/lib/alga-appliance/agent/alga-agent.next",
  /** The change of a link that was asked for last. */
  networkRequest: "/var/lib/alga-appliance/network-request.json",
  /** Which signed releases were seen. */
  releaseTrust: "/var/lib/alga-appliance/release-trust.json",
  /** Public keys with which this site, or its mirror, signs releases. */
  keyFolder: "/etc/alga-appliance/keys",
  releaseSelection: "/var/lib/alga-appliance/release-selection.json",
  generatedSecrets: "/var/lib/alga-appliance/generated-secrets.json",
  setupToken: "/var/lib/alga-appliance/setup-token",
  sessions: "/var/lib/alga-appliance/sessions.json",
  /** The management password, as a hash. */
  credential: "/var/lib/alga-appliance/admin-ui-credential.json",
  /** Who signed in and who changed what; the older part of it; how far it reaches. */
  audit: "/var/log/alga-appliance/audit.jsonl",
  auditOlder: "/var/log/alga-appliance/audit.1.jsonl",
  auditHead: "/var/lib/alga-appliance/audit-head.json",
  /** What was done through the files while no agent answered, until the log has it. */
  auditNotes: "/var/lib/alga-appliance/audit-notes.jsonl",
  siteId: "/var/lib/alga-appliance/site-id",
  /** The certificate of the pages that the agent makes for itself, with its key. */
  selfSigned: "/var/lib/alga-appliance/self-signed.json",
  /** The site's own certificate for the pages, PEM, with those that signed it; and its key. */
  siteCertificate: "/etc/alga-appliance/tls/tls.crt",
  siteCertificateKey: "/etc/alga-appliance/tls/tls.key",
  statusMemory: "/var/lib/alga-appliance/status-memory.json",
  /** Releases that had given up and were told to try again. */
  releaseResets: "/var/lib/alga-appliance/release-auto-recovery.json",
  operationLock: "/var/lib/alga-appliance/operation.lock",
  /** Checksums of the settings that the running k3s was started with. */
  k3sStartedWith: "/var/lib/alga-appliance/k3s-started-with",
  damagedDir: "/var/lib/alga-appliance/damaged",
  k3sBinary: "/usr/local/bin/k3s",
  k3sPayload: "/opt/alga-appliance/bin/k3s",
  k3sInstallerPayload: "/opt/alga-appliance/bin/k3s-install.sh",
  /** The installer that is run: the payload's, or a downloaded one. */
  k3sInstaller: "/var/lib/alga-appliance/k3s-install.sh",
  /** Archives of images that the installation image brings, and where k3s loads archives from. */
  imagesPayload: "/opt/alga-appliance/images",
  k3sImages: "/var/lib/rancher/k3s/agent/images",
  k3sPin: "/opt/alga-appliance/k3s-pin.json",
  k3sConfig: "/etc/rancher/k3s/config.yaml",
  k3sRegistries: "/etc/rancher/k3s/registries.yaml",
  k3sResolvConf: "/etc/rancher/k3s/resolv.conf",
  /** Printed by agetty(8) before "login:", for root to read alone; /etc/issue itself belongs to a package. */
  issue: "/etc/issue.d/alga-appliance.issue",
  /** Printed after a login; ours is a block in it. */
  motd: "/etc/motd",
  /** The same for whoever looks for it. */
  banner: "/run/alga-appliance-setup.txt",
  kubeconfig: "/etc/rancher/k3s/k3s.yaml",
  /** Authorities of this site, as update-ca-certificates(8) takes them up. */
  caFolder: "/usr/local/share/ca-certificates",
  /** Every authority that this machine trusts; written by update-ca-certificates(8). */
  caBundle: "/etc/ssl/certs/ca-certificates.crt",
  /** Proxy variables of k3s. */
  k3sEnvironment: "/etc/default/k3s",
  /** Flux CRDs staged by an image; the ones inside the binary are used when it is absent. */
  fluxCrdsPayload: "/opt/alga-appliance/flux-crds.yaml",
  localPathData: "/var/mnt/alga-data/local-path-provisioner",
} as const;

/** Every file of the agent's own that must be a regular one: nothing else is opened there. */
export const STATE_PATHS: readonly string[] = [
  PATHS.journal,
  PATHS.journalHead,
  PATHS.journalHeadCopy,
  PATHS.installState,
  PATHS.setupInputs,
  PATHS.setupDraft,
  PATHS.settings,
  PATHS.settingsRequest,
  PATHS.updateRequest,
  PATHS.prepareRequest,
  PATHS.networkRequest,
  PATHS.agentUpdateRequest,
  PATHS.agentOrder,
  PATHS.agentOutcome,
  PATHS.releaseSelection,
  PATHS.releaseTrust,
  PATHS.generatedSecrets,
  PATHS.setupToken,
  PATHS.sessions,
  PATHS.credential,
  PATHS.audit,
  PATHS.auditOlder,
  PATHS.auditHead,
  PATHS.auditNotes,
  PATHS.siteId,
  PATHS.selfSigned,
  PATHS.statusMemory,
  PATHS.releaseResets,
  PATHS.operationLock,
  PATHS.k3sStartedWith,
];

/** Files that hold passwords, keys or tokens: of these not even a damaged copy is kept. */
export const SECRET_FILES: readonly string[] = [
  PATHS.setupInputs,
  PATHS.settings,
  PATHS.settingsRequest,
  PATHS.generatedSecrets,
  PATHS.setupToken,
  PATHS.sessions,
  PATHS.selfSigned,
  PATHS.credential,
];

/** Permission bits of private files and folders. */
export const MODE = {
  secretFile: 0o600,
  privateFolder: 0o750,
  publicFolder: 0o755,
  program: 0o755,
} as const;
