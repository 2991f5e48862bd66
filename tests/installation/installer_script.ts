/**
 * The stand-in's installer, which is not Ubuntu's: a shell script on a busybox. It reads the image's own autoinstall file and
 * obeys the keys that we use, or stops and names the one that it does not know. Its words begin with "STAND-IN".
 */

/** Turns block YAML into lines `a.b.0=value`; what it cannot read stops the installation. */
export const FLATTEN = `
function pop(to) { while (n > 0 && depth[n] >= to) n-- }
function push(to, name) { pop(to); n++; depth[n] = to; key[n] = name }
function path(   i, text) { text = key[1]; for (i = 2; i <= n; i++) text = text "." key[i]; return text }
function plain(text) {
    if (text ~ /^[|>{\\[&*!]/) { print "unreadable=" text; exit }
    if (text ~ /^".*"$/ || text ~ /^'.*'$/) return substr(text, 2, length(text) - 2)
    return text
}
/^ *(#|$)/ { next }
{
    match($0, /^ */); at = RLENGTH; rest = substr($0, at + 1)
    while (rest ~ /^- /) {
        pop(at); list = path(); push(at, count[list]++ + 0)
        rest = substr(rest, 3); at += 2
    }
    if (match(rest, /^[A-Za-z0-9_.-]+:( |$)/)) {
        push(at, substr(rest, 1, index(rest, ":") - 1))
        value = substr(rest, RLENGTH + 1)
        if (value != "") print path() "=" plain(value)
    } else print path() "=" plain(rest)
}
`;

/** Reads the keys of `$root/autoinstall.yaml`; `die` is the caller's. A key that is not known, or has another value, stops it. */
export const KEYS = `get() { sed -n "s/^autoinstall\\.$1=//p" "$root/run/keys" 2>/dev/null; }
read_keys() {
    awk -f "$root/flatten.awk" "$root/autoinstall.yaml" >"$root/run/keys" || die "the autoinstall file cannot be read"
    while IFS== read -r key value; do
        case $key in
            autoinstall.version) [ "$value" = 1 ] || die "version $value" ;;
            # Nothing is fetched here, which is what these ask for.
            autoinstall.refresh-installer.update | autoinstall.source.search_drivers | autoinstall.drivers.install | \\
            autoinstall.codecs.install | autoinstall.oem.install | autoinstall.apt.geoip | \\
            autoinstall.apt.preserve_sources_list | autoinstall.ssh.install-server | autoinstall.ssh.allow-pw | \\
            autoinstall.user-data.ssh_pwauth) [ "$value" = false ] || die "the stand-in does not know $key: $value" ;;
            autoinstall.apt.fallback) [ "$value" = offline-install ] || die "$key: $value" ;;
            autoinstall.updates) [ "$value" = security ] || die "$key: $value" ;;
            autoinstall.source.id) [ "$value" = ubuntu-server ] || die "$key: $value" ;;
            autoinstall.network.version) [ "$value" = 2 ] || die "$key: $value" ;;
            autoinstall.network.ethernets.wired.match.name | autoinstall.network.ethernets.wired.dhcp-identifier) ;;
            autoinstall.network.ethernets.wired.dhcp4 | autoinstall.network.ethernets.wired.optional) \\
                [ "$value" = true ] || die "$key: $value" ;;
            autoinstall.storage.layout.name) [ "$value" = direct ] || die "$key: $value" ;;
            autoinstall.storage.layout.sizing-policy) [ "$value" = all ] || die "$key: $value" ;;
            autoinstall.storage.layout.match.path) ;;
            autoinstall.storage.swap.size) [ "$value" = 0 ] || die "$key: $value" ;;
            autoinstall.shutdown) [ "$value" = reboot ] || die "$key: $value" ;;
            autoinstall.locale | autoinstall.keyboard.layout | autoinstall.timezone) ;;
            autoinstall.early-commands.? | autoinstall.late-commands.? | autoinstall.error-commands.?) ;;
            autoinstall.user-data.hostname | autoinstall.user-data.disable_root) ;;
            autoinstall.user-data.users.0.name | autoinstall.user-data.users.0.gecos | \\
            autoinstall.user-data.users.0.shell) ;;
            autoinstall.user-data.users.0.system | autoinstall.user-data.users.0.no_create_home | \\
            autoinstall.user-data.users.0.lock_passwd) [ "$value" = true ] || die "$key: $value" ;;
            *) die "the stand-in does not know the key $key" ;;
        esac
    done <"$root/run/keys"
}
`;

/** First process of the live stand-in. */
export const INSTALLER = `#!/bin/sh
export PATH=/bin root=
mount -t devtmpfs d /dev; mount -t proc p /proc; mount -t sysfs s /sys; mount -t tmpfs t /run
# The real live system is run by systemd; maintainer scripts look for that.
mkdir -p /run/systemd/system /var/log/installer /etc
say() { echo "STAND-IN: $*" >/dev/console; echo "$*" >>/var/log/installer/log; }
die() {
    say "FAILED: $*"
    for i in 0 1 2 3 4 5 6 7 8 9; do c=$(get "error-commands.$i"); [ -z "$c" ] || sh -c "$c"; done
    say "stopped"; sync
    # Ubuntu's offers a shell, too.
    while :; do setsid cttyhack sh; done
}
${KEYS}commands() {
    for i in 0 1 2 3 4 5 6 7 8 9; do
        c=$(get "$1-commands.$i"); [ -n "$c" ] || continue
        say "$1 command: $c"
        sh -c "$c" >/dev/console 2>&1 || die "$1 command: $(cat /run/alga-install-reason 2>/dev/null)"
    done
}

for m in /m/*; do insmod "$m" || say "insmod $m"; done
n=0
while ! mount -t iso9660 -o ro /dev/sr0 /cdrom 2>/dev/null; do
    n=$((n + 1)); [ $n -lt 200 ] || die "there is no installation medium"; usleep 50000
done
auto=0 path=
for word in $(cat /proc/cmdline); do
    case $word in autoinstall) auto=1 ;; subiquity.autoinstallpath=*) path=/\${word#*=} ;; esac
done
[ "$auto" = 1 ] && [ -n "$path" ] || die "the kernel was not told to install without questions"
say "reads $path"
cp "$path" /autoinstall.yaml || die "there is no $path"
read_keys
commands early
read_keys
disk=$(get storage.layout.match.path)
[ -b "$disk" ] || die "there is no disk $disk"

say "installs on $disk"
sfdisk -q "$disk" <<S || die "sfdisk"
label: gpt
start=2048, size=2048, type=21686148-6449-6E6F-744E-656564454649
size=69632, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B
type=4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709
S
n=0; while [ ! -b "\${disk}3" ] && [ $n -lt 200 ]; do usleep 50000; n=$((n + 1)); done
dd if=/pre/mbr.bin of="$disk" bs=440 count=1 conv=notrunc 2>/dev/null
dd if=/pre/core.bin of="\${disk}1" bs=64k 2>/dev/null
zcat /pre/esp.img.gz | dd of="\${disk}2" bs=1M 2>/dev/null
/bin/mke2fs -q -t ext4 -L alga-root -E lazy_itable_init=1 "\${disk}3" || die "mke2fs"
mount -t ext4 "\${disk}3" /target || die "the new file system cannot be mounted"
mount -t squashfs -o ro,loop /cdrom/casper/ubuntu-server-minimal.squashfs /src || die "squashfs"
cp -a /src/. /target/ || die "the system cannot be copied"
umount /src
say "copied"

get user-data.hostname >/target/etc/hostname
echo "127.0.0.1 localhost" >/target/etc/hosts
echo "127.0.1.1 $(get user-data.hostname)" >>/target/etc/hosts
echo "LANG=$(get locale)" >/target/etc/default/locale
get timezone >/target/etc/timezone
echo "LABEL=alga-root / ext4 defaults,x-systemd.growfs 0 1" >/target/etc/fstab
cat >/target/etc/systemd/network/20-wired.network <<N
[Match]
Name=$(get network.ethernets.wired.match.name)
[Network]
DHCP=ipv4
[Link]
RequiredForOnline=no
N
PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot /target useradd --system --no-create-home --comment "$(get user-data.users.0.gecos)" \\
    --shell "$(get user-data.users.0.shell)" "$(get user-data.users.0.name)" || die "useradd"
# As curtin does: what stands behind "---" stays for the installed system.
words=$(sed -n 's/.* --- *//p' /proc/cmdline)
cat >/target/boot/grub/grub.cfg <<G
set timeout=0
linux /boot/vmlinuz root=LABEL=alga-root ro $words
initrd /boot/initrd
boot
G
commands late
mkdir -p /target/var/log/installer; cp -a /var/log/installer/. /target/var/log/installer/
umount /target || die "the disk is still in use"
sync
say "done, starts again"
reboot -f
`;

/** A stand-in for curtin's `in-target`: a command in the new system, with what a chroot needs and no service started. */
export const CURTIN = `#!/bin/sh
[ "$1" = in-target ] || exit 64
target=\${2#--target=}
[ "$3" = -- ] || exit 64
shift 3
printf '#!/bin/sh\\nexit 101\\n' >"$target/usr/sbin/policy-rc.d"; chmod 755 "$target/usr/sbin/policy-rc.d"
for it in dev proc sys run; do mount -o bind "/$it" "$target/$it"; done
# By path: busybox would take its own dpkg for the system's.
PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive chroot "$target" /usr/bin/env "$@"
code=$?
for it in dev proc sys run; do umount "$target/$it"; done
rm "$target/usr/sbin/policy-rc.d"
exit $code
`;

/** A stand-in for ufw in the system that is installed: writes down the rules that it is given. Real rules are tried elsewhere. */
export const UFW = `#!/bin/sh
echo "$*" >>/var/log/stand-in-ufw
`;

/** First process of the installed stand-in: a few modules, then systemd. */
export const TARGET_INIT = `#!/bin/sh
export PATH=/bin
mount -t devtmpfs d /dev; mount -t proc p /proc; mount -t sysfs s /sys
for m in /m/*; do insmod "$m"; done
root=; for word in $(cat /proc/cmdline); do case $word in root=*) root=\${word#root=} ;; esac; done
n=0; while ! disk=$(findfs "$root") && [ $n -lt 200 ]; do usleep 50000; n=$((n + 1)); done
mount -t ext4 -o ro "$disk" /new || exec sh
for d in dev proc sys; do mount --move /$d /new/$d; done
exec switch_root /new /sbin/init
`;
