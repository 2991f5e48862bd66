/** One possible answer of a field that is chosen, not typed. */
export interface Choice {
  value: string;
  label: string;
  help: string;
}

/** What every face says of one field. */
export interface Field {
  /** Begins a row of the form, of the answers, of the settings. */
  label: string;
  /** As it stands within a sentence ("Enter the company name"). */
  noun: string;
  /** One or two sentences; empty where the label says it all. */
  help: string;
  group: FieldGroup;
  /** "value": never shown. "credentials": shown without the user name and password in it. */
  secret: "none" | "value" | "credentials";
  /** Option of the command line. In files and in the API a field has its key. */
  flag: string;
  /** "required": no proposal can be made. "machine": read from the network. Else the answer of those who leave it empty. */
  default: "required" | "machine" | { value: string };
  /** Why it is not among the settings; `undefined` when it may be changed after setup. */
  locked?: string;
  /** Setup does not ask for it. */
  settingsOnly?: true;
  choices?: readonly Choice[];
  /** Preflight checks whose result may differ when this changes. */
  checks: readonly string[];
}

/** Headings of the form, in its order. */
export const GROUPS = {
  company: "Your company",
  administrator: "First administrator",
  network: "Network",
  advanced: "Advanced: channel, release, proxy, names, signatures",
} as const;
export type FieldGroup = keyof typeof GROUPS;

const IN_ALGA = "kept in Alga's database, and changed inside Alga.";
const REGISTRY_CHECKS = ["reg.dns", "reg.tcp", "reg.tls", "reg.auth"] as const;
const DNS_CHECKS = [
  "net.cidr",
  "dns.servers",
  "dns.loop",
  "dns.resolve",
  "dns.search-wildcard",
  "dns.app-host",
  "reg.dns",
  "reg.tcp",
] as const;
const RELEASE_CHECKS = [
  "rel.channel",
  "rel.schema",
  "rel.signature",
  "rel.signature-kept",
  "rel.images",
] as const;

/** The one list of fields, in the order in which they are asked: schema, defaults, form, command line, answers and settings are made from it. */
export const FIELDS = {
  tenantName: {
    label: "Company",
    noun: "the company name",
    help: "",
    group: "company",
    secret: "none",
    flag: "tenant-name",
    default: "required",
    locked: IN_ALGA,
    checks: [],
  },
  adminFirstName: {
    label: "First name",
    noun: "the first name",
    help: "",
    group: "administrator",
    secret: "none",
    flag: "admin-first-name",
    default: "required",
    locked: IN_ALGA,
    checks: [],
  },
  adminLastName: {
    label: "Last name",
    noun: "the last name",
    help: "",
    group: "administrator",
    secret: "none",
    flag: "admin-last-name",
    default: "required",
    locked: IN_ALGA,
    checks: [],
  },
  adminEmail: {
    label: "E-mail",
    noun: "the e-mail address",
    help: "You sign in to Alga with it.",
    group: "administrator",
    secret: "none",
    flag: "admin-email",
    default: "required",
    locked: IN_ALGA,
    checks: [],
  },
  adminPassword: {
    label: "Password",
    noun: "the password",
    help:
      'At least 8 characters, with upper case, lower case, a digit and one of ! @ # $ % ^ & * ( ) , . ? " : { } | < >',
    group: "administrator",
    secret: "value",
    flag: "admin-password",
    default: "required",
    locked: IN_ALGA,
    checks: [],
  },
  appUrl: {
    label: "Application address",
    noun: "the application address",
    help: "What people type to open Alga, for example https://psa.example.com",
    group: "network",
    secret: "none",
    flag: "app-url",
    default: "machine",
    checks: ["dns.app-host"],
  },
  dnsMode: {
    label: "DNS servers",
    noun: "system or custom",
    help: "",
    group: "network",
    secret: "none",
    flag: "dns-mode",
    default: { value: "system" },
    choices: [
      { value: "system", label: "Keep those of this machine (recommended)", help: "" },
      { value: "custom", label: "Use these instead", help: "" },
    ],
    checks: DNS_CHECKS,
  },
  dnsServers: {
    label: "Own DNS servers",
    noun: "a list of IPv4 addresses",
    help: "IPv4 addresses with commas between them. Only needed for your own choice.",
    group: "network",
    secret: "none",
    flag: "dns-servers",
    default: "machine",
    checks: DNS_CHECKS,
  },
  channel: {
    label: "Channel",
    noun: "stable or nightly",
    help: "",
    group: "advanced",
    secret: "none",
    flag: "channel",
    default: { value: "stable" },
    choices: [
      { value: "stable", label: "Stable", help: "For everyday use" },
      { value: "nightly", label: "Nightly: Alga support asked me to", help: "For testing" },
    ],
    checks: RELEASE_CHECKS,
  },
  releaseRef: {
    label: "Release override",
    noun: "a version or a digest",
    help: "A version or digest in place of the channel’s newest. Empty for most.",
    group: "advanced",
    secret: "none",
    flag: "release-ref",
    default: { value: "" },
    locked: "an update changes the release.",
    checks: RELEASE_CHECKS,
  },
  proxyUrl: {
    label: "Proxy",
    noun: "a proxy address",
    help:
      "For example http://proxy.example.com:3128. Empty without a proxy. With a password, the workflow worker goes without.",
    group: "advanced",
    secret: "credentials",
    flag: "proxy-url",
    default: { value: "" },
    checks: ["proxy.syntax", "proxy.connect", "proxy.no-proxy", "dns.resolve", ...REGISTRY_CHECKS],
  },
  noProxy: {
    label: "Reached without the proxy",
    noun: "a list",
    help: "Host names, domains and networks with commas between them.",
    group: "advanced",
    secret: "none",
    flag: "no-proxy",
    default: { value: "" },
    checks: ["proxy.connect", "proxy.no-proxy", "dns.resolve", ...REGISTRY_CHECKS],
  },
  publicNames: {
    label: "Public names",
    noun: "a list of host names",
    help:
      "Further names of these pages, as that of a reverse proxy, with commas between them. That of the application is known.",
    group: "advanced",
    secret: "none",
    flag: "public-names",
    default: { value: "" },
    checks: [],
  },
  caCerts: {
    label: "Certificate authorities",
    noun: "certificates",
    help: "Extra authorities that this site trusts, as PEM text. Empty for most.",
    group: "advanced",
    secret: "none",
    flag: "ca-certs",
    default: { value: "" },
    settingsOnly: true,
    checks: ["reg.tls", "reg.tls-chain", "reg.auth"],
  },
  signatures: {
    label: "Signatures of releases",
    noun: "warn or require",
    help: "A release whose signature is wrong is never installed.",
    group: "advanced",
    secret: "none",
    flag: "signatures",
    default: { value: "warn" },
    choices: [
      { value: "warn", label: "Warn", help: "Say when a release has no signature" },
      { value: "require", label: "Require", help: "Refuse a release that has no signature" },
    ],
    checks: ["rel.signature", "rel.signature-kept"],
  },
} as const satisfies Record<string, Field>;
export type FieldKey = keyof typeof FIELDS;

/** Fields that setup asks for. */
export type SetupFieldKey = Exclude<FieldKey, "caCerts">;

/** A field as the list has it. */
export function fieldOf(key: FieldKey): Field {
  return FIELDS[key];
}

/** Every key, in the list's order. */
export const FIELD_KEYS = Object.keys(FIELDS) as readonly FieldKey[];

/** Keys of what setup asks for, in the list's order. */
export const SETUP_FIELD_KEYS = FIELD_KEYS.filter((it): it is SetupFieldKey => !fieldOf(it).settingsOnly);
