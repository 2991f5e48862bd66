import { REASON_FILE, SCRIPT_HEAD } from "./script.ts";

/** Where the installer keeps its log, in the live system and on the disk. */
const LOG_FOLDER = "/var/log/installer";

/**
 * Runs when the installation has failed: tells the reason in one sentence and where the log is, on each line of the kernel's
 * console, and leaves the log on the disk when there is one.
 */
export const FAILED_SCRIPT = `${SCRIPT_HEAD}
reason=$(cat "$root${REASON_FILE}" 2>/dev/null) || reason="The installer stopped; its log tells why"
where="${LOG_FOLDER} of this running system"
# Without a disk there is only a folder of that name, in memory.
if grep -q '^[^ ]* /target ' "$root/proc/mounts" && mkdir -p "$target${LOG_FOLDER}" 2>/dev/null && cp -R "$root${LOG_FOLDER}/." "$target${LOG_FOLDER}/" 2>/dev/null; then
    echo "$reason" >"$target${LOG_FOLDER}/alga-reason"
    where="$where, and on the disk in ${LOG_FOLDER}"
fi
sync
for line in tty1 $(cat "$root/sys/class/tty/console/active"); do
    case $line in tty0) continue ;; esac
    printf '\\r\\n%s\\r\\n%s\\r\\n%s\\r\\n%s\\r\\n\\r\\n' "The installation of the Alga appliance has failed." \\
        "Reason: $reason." "Log: $where." "To look at it: choose Help, then a shell, or press Alt+F2." \\
        >"$root/dev/$line" 2>/dev/null
done
exit 0
`;
