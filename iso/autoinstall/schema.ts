import * as z from "zod";

/** A line for `sh -c`, or a program with its arguments. */
const Commands = z.array(z.union([z.string().min(1), z.array(z.string()).min(1)]));

/** Which disk; each string is a glob. */
const DiskMatch = z.strictObject({
  model: z.string(),
  vendor: z.string(),
  path: z.string(),
  id_path: z.string(),
  devpath: z.string(),
  serial: z.string(),
  ssd: z.boolean(),
  size: z.enum(["largest", "smallest"]),
  "install-media": z.boolean(),
}).partial();

const Layout = z.strictObject({
  name: z.enum(["direct", "lvm", "zfs", "hybrid"]),
  match: DiskMatch.optional(),
  "sizing-policy": z.enum(["scaled", "all"]).optional(),
  password: z.string().optional(),
  mode: z.enum(["reformat_disk", "use_gap"]).optional(),
  ptable: z.enum(["gpt", "msdos"]).optional(),
  "reset-partition": z.union([z.boolean(), z.string(), z.int()]).optional(),
  encrypted: z.boolean().optional(),
});

/** A whole disk by one of the installer's plans, or every partition described. */
const Storage = z.strictObject({
  layout: Layout.optional(),
  config: z.array(z.record(z.string(), z.unknown())).optional(),
  swap: z.strictObject({ size: z.union([z.int().min(0), z.string()]), filename: z.string() }).partial()
    .optional(),
  grub: z.strictObject({
    reorder_uefi: z.boolean(),
    update_nvram: z.boolean(),
    probe_additional_os: z.boolean(),
    terminal: z.string(),
  }).partial().optional(),
  version: z.int().optional(),
}).refine((it) => (it.layout === undefined) !== (it.config === undefined), "either layout or config");

/** @see https://netplan.readthedocs.io/en/stable/netplan-yaml/ */
const Ethernet = z.strictObject({
  match: z.strictObject({ name: z.string(), macaddress: z.string(), driver: z.string() }).partial(),
  "set-name": z.string(),
  dhcp4: z.boolean(),
  dhcp6: z.boolean(),
  "dhcp-identifier": z.literal("mac"),
  optional: z.boolean(),
  addresses: z.array(z.string()),
  routes: z.array(z.strictObject({ to: z.string(), via: z.string() })),
  nameservers: z.strictObject({ addresses: z.array(z.string()), search: z.array(z.string()) }).partial(),
  mtu: z.int(),
}).partial();

const Network = z.strictObject({
  version: z.literal(2),
  ethernets: z.record(z.string(), Ethernet).optional(),
});

const Apt = z.strictObject({
  preserve_sources_list: z.boolean(),
  primary: z.array(z.record(z.string(), z.unknown())),
  "mirror-selection": z.record(z.string(), z.unknown()),
  geoip: z.boolean(),
  fallback: z.enum(["abort", "continue-anyway", "offline-install"]),
  sources: z.record(z.string(), z.unknown()),
  disable_components: z.array(z.string()),
  preferences: z.array(z.record(z.string(), z.unknown())),
}).partial();

const SECTIONS = {
  "interactive-sections": z.array(z.string()),
  "early-commands": Commands,
  "late-commands": Commands,
  "error-commands": Commands,
  "refresh-installer": z.strictObject({ update: z.boolean(), channel: z.string() }).partial(),
  reporting: z.record(z.string(), z.looseObject({ type: z.string() })),
  locale: z.string(),
  keyboard: z.strictObject({
    layout: z.string(),
    variant: z.string().optional(),
    toggle: z.string().nullable().optional(),
  }),
  timezone: z.string(),
  source: z.strictObject({ id: z.string(), search_drivers: z.boolean() }).partial(),
  network: z.union([Network, z.strictObject({ network: Network })]),
  proxy: z.url().nullable(),
  apt: Apt,
  storage: Storage,
  identity: z.strictObject({
    username: z.string(),
    hostname: z.string(),
    password: z.string(),
    realname: z.string().optional(),
  }),
  ssh: z.strictObject({
    "install-server": z.boolean(),
    "authorized-keys": z.array(z.string()),
    "allow-pw": z.boolean(),
  }).partial(),
  packages: z.array(z.string()),
  snaps: z.array(
    z.strictObject({ name: z.string(), channel: z.string().optional(), classic: z.boolean().optional() }),
  ),
  updates: z.enum(["security", "all"]),
  shutdown: z.enum(["reboot", "poweroff"]),
  kernel: z.union([z.strictObject({ package: z.string() }), z.strictObject({ flavor: z.string() })]),
  drivers: z.strictObject({ install: z.boolean() }),
  oem: z.strictObject({ install: z.union([z.boolean(), z.literal("auto")]) }),
  codecs: z.strictObject({ install: z.boolean() }),
  "debconf-selections": z.string(),
  "ubuntu-pro": z.strictObject({ token: z.string() }),
  "active-directory": z.strictObject({ "admin-name": z.string(), "domain-name": z.string() }),
  "user-data": z.record(z.string(), z.unknown()),
};

/**
 * The file by which Ubuntu 24.04's installer runs without questions, from the documented keys. The installer only warns of an
 * unknown key and goes on without it, so this refuses them; its newer keys ("zdevs", "kernel-crash-dumps") are unknown to 24.04.
 * @see https://canonical-subiquity.readthedocs-hosted.com/en/latest/reference/autoinstall-reference.html
 */
export const AutoinstallFile = z.strictObject({
  autoinstall: z.strictObject({ version: z.literal(1), ...z.strictObject(SECTIONS).partial().shape })
    .refine(
      (it) => it.identity !== undefined || it["user-data"] !== undefined,
      "neither an identity nor user-data: the installer would ask",
    ),
});

/** A whole autoinstall file as a value. */
export type AutoinstallFile = z.infer<typeof AutoinstallFile>;
