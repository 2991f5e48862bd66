import { stringify } from "yaml";
import type { Account } from "./account.ts";
import { allowsPasswordLogin, cloudConfig } from "./cloud_config.ts";
import { AutoinstallFile } from "./schema.ts";

/** Stands for the disk until `alga/prepare.sh` has chosen one. Nothing has this name, so a choice that never came erases nothing. */
export const NO_DISK = "/dev/alga-no-disk-was-chosen";

/** Where the file lies on the image, and the same as the kernel is told it. */
export const AUTOINSTALL_PATH = "/autoinstall.yaml";

/**
 * The unattended installation. Nothing is asked, and nothing is needed from a network: no package besides those of the image,
 * no driver, no newer installer; where no archive of packages answers, it goes on without.
 */
export function autoinstallFile(account: Account): AutoinstallFile {
  return {
    autoinstall: {
      version: 1,
      "refresh-installer": { update: false },
      locale: "en_US.UTF-8",
      keyboard: { layout: "us" },
      timezone: "Etc/UTC",
      source: { id: "ubuntu-server", search_drivers: false },
      network: {
        version: 2,
        ethernets: {
          wired: {
            match: { name: "e*" },
            dhcp4: true,
            // So that a reservation by hardware address works.
            "dhcp-identifier": "mac",
            // A link without a cable must not hold up the boot.
            optional: true,
          },
        },
      },
      apt: { geoip: false, fallback: "offline-install", preserve_sources_list: false },
      drivers: { install: false },
      codecs: { install: false },
      oem: { install: false },
      storage: {
        layout: { name: "direct", "sizing-policy": "all", match: { path: NO_DISK } },
        swap: { size: 0 },
      },
      ssh: { "install-server": account.kind === "user", "allow-pw": allowsPasswordLogin(account) },
      updates: "security",
      "early-commands": ["sh /cdrom/alga/prepare.sh"],
      "late-commands": ["sh /cdrom/alga/install.sh"],
      "error-commands": ["sh /cdrom/alga/failed.sh"],
      "user-data": cloudConfig(account),
      shutdown: "reboot",
    },
  };
}

/** The file's text. @throws {ZodError} If it is none that the installer knows. */
export function renderAutoinstall(file: AutoinstallFile): string {
  return stringify(AutoinstallFile.parse(file), { lineWidth: 0 });
}
