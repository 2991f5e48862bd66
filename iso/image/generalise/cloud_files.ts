import { parse, stringify } from "yaml";
import * as z from "zod";

/** Where Ubuntu's installer leaves what cloud-init does at the first start: account, host name, SSH. */
export const INSTALLER_CONFIG = "/etc/cloud/cloud.cfg.d/99-installer.cfg";

/** Sorts behind the installer's own files, so it has the last word. */
export const IMAGE_CONFIG = "/etc/cloud/cloud.cfg.d/99-zz-alga-image.cfg";

/** Sources of a seed, in the order in which they are asked. With none of them cloud-init still does its work: keys, disk, account. */
const SOURCES = ["NoCloud", "ConfigDrive", "OVF", "VMware", "None"];

/** ds-identify(8) would switch cloud-init off where no seed is found, and a machine without seed would have no host keys. */
export const IDENTIFY_CONFIG = {
  path: "/etc/cloud/ds-identify.cfg",
  text: "policy: search,found=all,maybe=none,notfound=enabled\n",
};

/** Sorts behind every other definition, so a seed's fixed address and the agent's own come before. */
export const WIRED_CONFIG = {
  path: "/etc/netplan/01-alga-wired.yaml",
  text: stringify({
    network: {
      version: 2,
      ethernets: {
        "zz-wired": { match: { name: "e*" }, dhcp4: true, "dhcp-identifier": "mac", optional: true },
      },
    },
  }),
};

const Installer = z.object({
  datasource: z.object({ None: z.object({ userdata_raw: z.string() }) }),
});
const Account = z.looseObject({
  name: z.string(),
  shell: z.string().optional(),
  sudo: z.unknown().optional(),
});

/**
 * The installer's account and settings as defaults that a seed may change: what the installer wrote counts only where no seed is.
 * The account becomes the one to which a seed's SSH keys go.
 * @see https://cloudinit.readthedocs.io/en/24.4/reference/base_config_reference.html
 */
export function imageConfig(installerText: string | undefined): string {
  const given = installerText === undefined
    ? {}
    : parse(Installer.parse(parse(installerText)).datasource.None.userdata_raw);
  const { users, ...settings } = z.looseObject({ users: z.array(z.unknown()).optional() }).parse(given ?? {});
  return stringify({ datasource_list: SOURCES, ...settings, ...accountConfig(users) }, { lineWidth: 0 });
}

function accountConfig(users: readonly unknown[] | undefined): Record<string, unknown> {
  if (users === undefined) return {};
  const { data: account } = Account.safeParse(users[0]);
  // Nobody: there is no account that could take a seed's keys.
  if (account === undefined || users.length > 1 || account.shell?.endsWith("/nologin")) return { users };
  // Without a word about sudo Ubuntu's own default account would lend its rule, which asks for no password.
  return { users: ["default"], system_info: { default_user: { ...account, sudo: account.sudo ?? false } } };
}
