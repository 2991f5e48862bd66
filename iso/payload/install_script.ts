import { PACKAGE_PLACES, UNIT } from "../../agent/install/places.ts";
import { SCRIPT_HEAD } from "./script.ts";

/** Lies on a disk that an image has installed; the image's boot menu then starts that disk instead of the installation. */
export const INSTALLED_MARK = "/etc/alga-appliance/booted-from-disk";

/** Names image, release and build on the installed machine. */
export const BUILD_INFO_PATH = "/etc/alga-appliance/build-info.json";

/**
 * Runs once Ubuntu is on the disk, which is at /target: the agent's package, what the cluster needs, the firewall, no swap, and
 * what must be new on each machine. Everything comes from the image.
 */
export const INSTALL_SCRIPT = `${SCRIPT_HEAD}
in_target() { curtin in-target --target="$target" -- "$@" </dev/null; }

say "the agent and what it brings"
mkdir -p "$target/opt/alga-appliance" || fail "The disk cannot be written"
cp "$payload/alga-agent.deb" "$target/opt/alga-appliance/alga-agent.deb" || fail "The agent's package cannot be copied"
in_target dpkg --install /opt/alga-appliance/alga-agent.deb || fail "The agent's package cannot be installed"
rm "$target/opt/alga-appliance/alga-agent.deb"
if [ -d "$payload/opt" ]; then
    cp -R "$payload/opt/." "$target/opt/alga-appliance/" || fail "The parts of the cluster cannot be copied"
fi
chown -R 0:0 "$target/opt/alga-appliance"
chmod -R u=rwX,go=rX "$target/opt/alga-appliance"
for name in k3s k3s-install.sh; do
    [ ! -f "$target/opt/alga-appliance/bin/$name" ] || chmod 755 "$target/opt/alga-appliance/bin/$name"
done
for folder in etc var/lib var/log; do
    mkdir -p "$target/$folder/alga-appliance" && chmod 750 "$target/$folder/alga-appliance" ||
        fail "The folder /$folder/alga-appliance cannot be made"
done
[ -x "$target${PACKAGE_PLACES.program}" ] || fail "The agent is not on the disk after its package was installed"
# A link to a place of the new system, where this one has nothing.
[ -L "$target/etc/systemd/system/multi-user.target.wants/${UNIT}" ] ||
    fail "The agent's service is not enabled after its package was installed"

say "the console on each serial line of this kernel"
wants=$target/etc/systemd/system/getty.target.wants
mkdir -p "$wants"
for line in $(cat "$root/sys/class/tty/console/active"); do
    case $line in tty[0-9]*) continue ;; esac
    ln -sf ${PACKAGE_PLACES.consoleUnit} "$wants/alga-appliance-console@$line.service"
done

say "the firewall"
while read -r rule; do
    # The words of a rule are split on purpose.
    in_target ufw $rule >/dev/null || fail "The firewall does not take the rule \\"ufw $rule\\""
done <"$payload/firewall-rules"
sed 's/^ENABLED=.*/ENABLED=yes/' "$target/etc/ufw/ufw.conf" >"$target/etc/ufw/ufw.conf.new" &&
    cat "$target/etc/ufw/ufw.conf.new" >"$target/etc/ufw/ufw.conf" && rm "$target/etc/ufw/ufw.conf.new"
grep -q '^ENABLED=yes$' "$target/etc/ufw/ufw.conf" || fail "The firewall cannot be switched on"
in_target systemctl --quiet enable ufw.service || fail "The firewall's service cannot be enabled"

say "no swap, and nothing that two machines would share"
if [ -f "$target/etc/fstab" ]; then
    grep -Ev '^[^#][^[:space:]]*[[:space:]]+[^[:space:]]+[[:space:]]+swap[[:space:]]' "$target/etc/fstab" >"$target/etc/fstab.new"
    cat "$target/etc/fstab.new" >"$target/etc/fstab" && rm "$target/etc/fstab.new" || fail "Swap cannot be switched off"
fi
rm -f "$target/swap.img"
: >"$target/etc/machine-id" || fail "The machine's id cannot be cleared"
rm -f "$target"/etc/ssh/ssh_host_*

cp "$payload/build-info.json" "$target${BUILD_INFO_PATH}" || fail "The image's name cannot be written to the disk"
chmod 644 "$target${BUILD_INFO_PATH}"
# Last: only a whole installation is started instead of a new one.
: >"$target${INSTALLED_MARK}" || fail "The disk cannot be marked as installed"
sync
say "done"
`;
