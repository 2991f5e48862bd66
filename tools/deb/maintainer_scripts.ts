import {
  LOCAL_PLACES,
  PACKAGE_PLACES,
  PREVIOUS_PROGRAM,
  UNIT,
  UPDATE_UNIT as UPDATE,
} from "../../agent/install/places.ts";
import { AGENT_PORT } from "../../agent/product/ports.ts";

/** A template, which means its instance on tty1. */
const CONSOLE = "alga-appliance-console@.service";
/** What an update of the agent has put in front of the package; a newer package, or none, ends it. */
const IN_FRONT = [...Object.values(LOCAL_PLACES), PREVIOUS_PROGRAM].map((it) => `"$DPKG_ROOT"${it}`).join(
  " ",
);
/** Links to the instances that start at every boot. */
const WANTS = "/etc/systemd/system/getty.target.wants";

/** Has a unit start at every boot, unless somebody has taken it out. */
function startAtBoot(unit: string): string {
  return `if deb-systemd-helper --quiet was-enabled ${unit}; then
    deb-systemd-helper enable ${unit} >/dev/null || true
else
    deb-systemd-helper update-state ${unit} >/dev/null || true
fi`;
}

/** The version of a program as dpkg compares it. */
function versionOf(program: string): string {
  return `$("${program}" version 2>/dev/null | sed -n '1s/^alga-agent \\([^ ]*\\).*/\\1/p' | sed 's/-/~/')`;
}

/**
 * Scripts that dpkg runs, in the conventions of debhelper's dh_installsystemd. They do what `alga-agent install` and
 * `uninstall` do to the service: enable and start, restart on an upgrade, keep the data until a purge.
 */
export const MAINTAINER_SCRIPTS: Readonly<Record<"preinst" | "postinst" | "prerm" | "postrm", string>> = {
  preinst: `#!/bin/sh
set -e
# Two programs and two units of one name: the one in /etc would win over the package's.
if [ "$1" = install ] && [ -e "$DPKG_ROOT/usr/local/bin/alga-agent" ]; then
    echo "alga-agent was installed by hand in /usr/local/bin. Remove that one first;" >&2
    echo "its data stays and is used by the package: sudo alga-agent uninstall" >&2
    exit 1
fi
`,
  postinst: `#!/bin/sh
set -e
case "$1" in configure|abort-upgrade|abort-deconfigure|abort-remove) ;; *) exit 0 ;; esac
# An agent that updated itself lies in front of the package's. It stays while it is the newer one.
ahead="$DPKG_ROOT${LOCAL_PLACES.program}"
if [ "$1" = configure ] && [ -n "$2" ] && [ -x "$ahead" ]; then
    its=${versionOf("$ahead")} || its=
    own=${versionOf(`$DPKG_ROOT${PACKAGE_PLACES.program}`)} || own=
    if [ -z "$its" ] || { [ -n "$own" ] && dpkg --compare-versions "$its" le "$own"; }; then
        rm -f ${IN_FRONT}
    fi
fi
# As dh_installtmpfiles has it: the folders are there before the first start.
if [ -x "$(command -v systemd-tmpfiles)" ]; then
    systemd-tmpfiles \${DPKG_ROOT:+--root="$DPKG_ROOT"} --create alga-appliance.conf || true
fi
deb-systemd-helper unmask ${UNIT} >/dev/null || true
deb-systemd-helper unmask ${UPDATE} >/dev/null || true
${startAtBoot(UPDATE)}
${startAtBoot(UNIT)}
# The console comes with the next boot: somebody may be logged in there now. Serial lines are those to which the kernel writes.
deb-systemd-helper unmask ${CONSOLE} >/dev/null || true
${startAtBoot(CONSOLE)}
if [ -z "$DPKG_ROOT" ] && [ -z "$2" ] && [ -d /run/systemd/system ]; then
    mkdir -p ${WANTS}
    for line in $(cat /sys/class/tty/console/active 2>/dev/null || true); do
        case "$line" in tty[0-9]*) continue ;; esac
        ln -sf /usr/lib/systemd/system/${CONSOLE} "${WANTS}/alga-appliance-console@$line.service"
    done
fi
if [ -z "$DPKG_ROOT" ] && [ -d /run/systemd/system ]; then
    systemctl --system daemon-reload >/dev/null || true
    # What was under way goes on after the restart.
    if [ -n "$2" ]; then action=restart; else action=start; fi
    deb-systemd-invoke "$action" ${UNIT} >/dev/null || true
    # Who is logged in on a line stays there.
    for link in ${WANTS}/alga-appliance-console@*.service; do
        if [ -n "$2" ]; then deb-systemd-invoke try-restart "$(basename "$link")" >/dev/null 2>&1 || true; fi
    done
    if [ -z "$2" ]; then
        echo "Open http://ADDRESS-OF-THIS-MACHINE:${AGENT_PORT}/ in a browser. The token: sudo alga-agent token show"
    fi
fi
`,
  prerm: `#!/bin/sh
set -e
if [ -z "$DPKG_ROOT" ] && [ "$1" = remove ] && [ -d /run/systemd/system ]; then
    deb-systemd-invoke stop ${UNIT} >/dev/null || true
    for link in ${WANTS}/alga-appliance-console@*.service; do
        deb-systemd-invoke stop "$(basename "$link")" >/dev/null 2>&1 || true
    done
fi
`,
  postrm: `#!/bin/sh
set -e
if [ "$1" = purge ]; then
    rm -rf "$DPKG_ROOT/var/lib/alga-appliance" "$DPKG_ROOT/etc/alga-appliance" "$DPKG_ROOT/var/log/alga-appliance"
    rm -f "$DPKG_ROOT"${WANTS}/alga-appliance-console@*.service
    for unit in ${UNIT} ${CONSOLE} ${UPDATE}; do
        deb-systemd-helper purge "$unit" >/dev/null || true
        deb-systemd-helper unmask "$unit" >/dev/null || true
    done
    if [ -x "$DPKG_ROOT/usr/local/bin/k3s-uninstall.sh" ]; then
        echo "Kubernetes still runs with Alga and its data. To remove it: sudo /usr/local/bin/k3s-uninstall.sh"
    fi
elif [ "$1" = remove ]; then
    rm -f ${IN_FRONT}
    rm -f "$DPKG_ROOT/etc/issue.d/alga-appliance.issue"
    if [ -f "$DPKG_ROOT/etc/motd" ]; then
        sed -i '/^--- Alga appliance (written by alga-agent) ---$/,/^--- end of Alga appliance ---$/d' "$DPKG_ROOT/etc/motd"
    fi
    for unit in ${UNIT} ${CONSOLE} ${UPDATE}; do deb-systemd-helper mask "$unit" >/dev/null || true; done
fi
if [ -z "$DPKG_ROOT" ] && [ "$1" = remove ] && [ -d /run/systemd/system ]; then
    systemctl --system daemon-reload >/dev/null || true
fi
`,
};
