import { missingPrograms } from "../cluster/missing_programs.ts";
import { exists } from "../cluster/exists.ts";
import { run } from "../vm/run.ts";
import type { Container } from "./container.ts";

/** Where the parts of netplan lie before they are unpacked. */
export const NETPLAN = "/srv/alga/netplan.tar";

/** What netplan is and stands on, as far as the small Debian lacks it. */
const PACKAGES = [
  ...["netplan.io", "libnetplan0", "libglib2.0-0", "libffi8", "libpcre2-8-0", "libyaml-0-2", "libexpat1"],
  ...["python3-minimal", "python3.11-minimal", "libpython3.11-minimal", "libpython3.11-stdlib", "zlib1g"],
  ...["python3-yaml", "python3-netifaces", "python3-dbus", "libdbus-1-3"],
  ...["python3-rich", "python3-pygments", "python3-markdown-it", "python3-mdurl"],
];

/** Why a container cannot have netplan: it comes from this machine, which has to be of the same Debian. */
export async function missingForNetplan(): Promise<string | undefined> {
  const [missing] = await missingPrograms({ netplan: "netplan.io", dpkg: "dpkg" });
  if (missing !== undefined) return missing;
  const lines = await Promise.all(PACKAGES.map(async (it) =>
    await exists(`/var/lib/dpkg/info/${it}.list`) ||
    await exists(`/var/lib/dpkg/info/${it}:amd64.list`)
  ));
  const lacks = PACKAGES.filter((_, i) => !lines[i]);
  return lacks.length === 0 ? undefined : `no package ${lacks[0]} here`;
}

const FILES =
  `dpkg --listfiles "$@" | sort -u | while read -r it; do [ ! -d "$it" ] && [ -e "$it" ] && echo "$it"; done`;
const LEAVE_OUT = "/usr/share/(doc|man|locale|bug)/|/__pycache__/";

/** The files of this machine's netplan, packed at a path here. */
export async function packNetplan(path: string): Promise<string> {
  const script =
    `tar="$1"; shift; ${FILES} | grep -Ev '${LEAVE_OUT}' | tar --create --absolute-names --file "$tar" --files-from -`;
  await run("sh", ["-c", script, "sh", path, ...PACKAGES]);
  return path;
}

const INSTALLERS = "network:\\n  version: 2\\n  ethernets:\\n    host0: {dhcp4: true}\\n";

/** From now on netplan describes the link, as the installer of Ubuntu leaves it. */
export async function netplanTakesOver({ sh }: Container): Promise<void> {
  await sh(`tar --extract --absolute-names --keep-directory-symlink --file ${NETPLAN} && ldconfig`);
  await sh(
    `rm -f /etc/systemd/network/*; mkdir -p /etc/netplan && umask 077 && printf '${INSTALLERS}' >/etc/netplan/50-cloud-init.yaml`,
  );
  // A container may not have udev look again, on which netplan insists. To the agent it is closed by its unit alone from now on.
  await sh("mkdir /run/sysfs && mount -t sysfs sysfs /run/sysfs && mount -o remount,rw /run/sysfs");
  await sh("mount --bind /run/sysfs/devices /sys/devices && mount -o remount,bind,rw /sys/devices");
  await sh("systemctl restart alga-appliance && netplan apply");
}
