import { NO_DISK } from "../autoinstall/autoinstall.ts";
import { SCRIPT_HEAD } from "./script.ts";

/** How an image chooses the disk that it erases. */
export interface DiskChoice {
  /** Smaller disks are passed over. */
  minDiskGib: number;
  /** Device ("/dev/disk/by-id/…") to erase whatever is on it; `undefined` leaves the choice to the rules. */
  disk?: string;
}

/** Word of the kernel's command line by which whoever starts the installation names the disk. */
export const DISK_WORD = "alga.disk";

/**
 * Runs before anything is changed: proves that the payload is whole, then chooses the disk and writes it into the installer's
 * file, which is read again after this. The rules: a disk that was named is taken; the only disk of a machine is taken; of
 * several, only those without any data count, and of these the largest. Otherwise nothing is touched.
 * @see autoinstall reference, "early-commands"
 */
export function prepareScript({ minDiskGib, disk = "" }: DiskChoice): string {
  return `${SCRIPT_HEAD}
min_gib=${minDiskGib}
named='${disk}'

damaged=$(cd "$payload" && sha256sum -c SHA256SUMS 2>&1) ||
    fail "The installation medium is damaged (/alga): $(echo "$damaged" | grep -v ': OK$' | head -n 1). Write the image to it again"

# The words of the command line are split on purpose.
for word in $(cat "$root/proc/cmdline"); do
    case $word in ${DISK_WORD}=*) named=\${word#${DISK_WORD}=} ;; esac
done

# The disk of which this system runs, when that is a USB stick.
source=$(awk '$2 == "/cdrom" { print $1 }' "$root/proc/mounts" | head -n 1)
medium=
[ -z "$source" ] || medium=" $(lsblk -nrso NAME "$source" 2>/dev/null | tr '\\n' ' ')"

# Whether anything is on a disk: a partition, a known signature, or any byte in its first MiB. What cannot be read counts as data.
has_data() {
    parts=$(lsblk -nro NAME "/dev/$1") || return 0
    [ "$(echo "$parts" | wc -l)" -le 1 ] || return 0
    signs=$(wipefs --no-act "$root/dev/$1") || return 0
    [ -z "$signs" ] || return 0
    beginning=$(head -c 1048576 "$root/dev/$1" | tr -d '\\000' | head -c 1 | wc -c) || return 0
    [ "$beginning" -gt 0 ]
}

count=0 large=0 only= best= best_bytes=0 full=
disks=$(lsblk -bdnro NAME,TYPE,RO,SIZE) || fail "The disks of this machine cannot be listed"
while read -r name type readonly bytes; do
    [ "$type" = disk ] && [ "$readonly" = 0 ] || continue
    case $name in loop* | ram* | zram* | fd* | sr* | nbd* | mtd*) continue ;; esac
    case "$medium" in *" $name "*) continue ;; esac
    count=$((count + 1))
    if [ "$((bytes / 1073741824))" -lt "$min_gib" ]; then
        say "$name is smaller than $min_gib GiB"
        continue
    fi
    large=$((large + 1))
    only=$name
    if has_data "$name"; then
        say "$name has data"
        full="$full $name"
        continue
    fi
    say "$name is empty"
    if [ "$bytes" -gt "$best_bytes" ]; then
        best=$name
        best_bytes=$bytes
    fi
done <<DISKS
$disks
DISKS

if [ -n "$named" ]; then
    [ -e "$root$named" ] || fail "The disk $named that was named is not in this machine"
    disk=$(readlink -f "$root$named")
    disk=/dev/\${disk##*/}
    case "$medium" in *" \${disk##*/} "*) fail "The disk $named holds the installation medium itself" ;; esac
elif [ "$large" = 0 ]; then
    fail "This machine has no disk of at least $min_gib GiB"
elif [ "$count" = 1 ]; then
    disk=/dev/$only
elif [ -n "$best" ]; then
    disk=/dev/$best
else
    fail "This machine has several disks and data on each large one ($(echo $full)). Nothing was touched. Empty one, or name it at the boot menu: ${DISK_WORD}=/dev/NAME"
fi

file=$root/autoinstall.yaml
grep -q '${NO_DISK}' "$file" || fail "The installer's file has no place for the disk, so it is not the one of this image"
sed "s|${NO_DISK}|$disk|" "$file" >"$file.new" && cat "$file.new" >"$file" && rm "$file.new" ||
    fail "The disk cannot be written into $file"
say "installs on $disk, which is erased"
`;
}
