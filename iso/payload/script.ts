/** Where an installation says in one sentence why it stopped, in the running live system. */
export const REASON_FILE = "/run/alga-install-reason";

/**
 * How each script of the installation begins. They run in Ubuntu's live system, as root and by dash. `ALGA_ROOT` is for tests:
 * every path is below it.
 */
export const SCRIPT_HEAD = `#!/bin/sh
set -u
root=\${ALGA_ROOT:-}
payload=$root/cdrom/alga
target=$root/target
say() { echo "alga: $*"; }
fail() {
    echo "$*" >"$root${REASON_FILE}"
    echo "alga: $*" >&2
    exit 1
}
`;
