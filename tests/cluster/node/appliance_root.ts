import { createHash } from "node:crypto";
import { PATHS } from "../../../agent/state/paths.ts";
import { findProgram } from "../find_program.ts";
import { COMMAND_LOG, createSimHost } from "../../simulator/sim_host.ts";

/** Fills a folder so that the agent meets an appliance whose Kubernetes is a real node. Facts about the machine are simulated; its network is not. */
export async function createApplianceRoot(
  root: string,
  options: { nameServers: readonly string[]; logFolder: string; version: string },
): Promise<void> {
  await createSimHost(root);
  // The real controllers need their own definitions: those inside the agent.
  await Deno.remove(`${root}${PATHS.fluxCrdsPayload}`);
  const write = async (path: string, text: string, mode: number) => {
    await Deno.mkdir(`${root}${path.slice(0, path.lastIndexOf("/"))}`, { recursive: true });
    await Deno.writeTextFile(`${root}${path}`, text);
    await Deno.chmod(`${root}${path}`, mode);
    return createHash("sha256").update(text).digest("hex");
  };
  await write(
    "/run/systemd/resolve/resolv.conf",
    options.nameServers.map((it) => `nameserver ${it}\n`).join(""),
    0o644,
  );
  await write("/usr/bin/ip", `#!/bin/sh\nexec ${await requireProgram("ip")} "$@"\n`, 0o755);
  // Who plays systemd reads the log of calls.
  await write("/usr/bin/systemctl", script("systemctl", LIST_UNITS), 0o755);
  const newest = `tail -q -n 20 "${options.logFolder}/kube-apiserver.log" "${options.logFolder}/kubelet.log"`;
  await write("/usr/bin/journalctl", script("journalctl", journal(newest)), 0o755);
  const binarySha256 = await write(
    "/opt/alga-appliance/bin/k3s",
    "#!/bin/sh\n# Stand-in for k3s: what it does lies in k3s_service.ts, which plays systemd and reads the unit.\nexit 1\n",
    0o755,
  );
  const installerSha256 = await write(
    "/opt/alga-appliance/bin/k3s-install.sh",
    script("k3s-install.sh", INSTALLER, "../../.."),
    0o755,
  );
  await write(
    "/opt/alga-appliance/k3s-pin.json",
    JSON.stringify({ version: `${options.version}+k3s1`, binarySha256, installerSha256 }),
    0o644,
  );
}

/** As text, what the parts said last; as data, what a test has put there. */
const journal = (newest: string) =>
  `case "$*" in
*"-o json"*) cat "$root/var/log/simulator/journal.json" 2> /dev/null ;;
*) ${newest} ;;
esac
exit 0
`;

/** No service is loaded. */
const LIST_UNITS = `case "$1" in
list-units) echo "[]" ;;
esac
`;

const INSTALLER = `set -eu
test "$INSTALL_K3S_SKIP_DOWNLOAD" = true
test "$INSTALL_K3S_SKIP_START" = true
test -x "$INSTALL_K3S_BIN_DIR/k3s"
mkdir -p "$INSTALL_K3S_SYSTEMD_DIR"
env | grep -E '^(K3S|CONTAINERD)_' > "$INSTALL_K3S_SYSTEMD_DIR/k3s.service.env" || true
cat > "$INSTALL_K3S_SYSTEMD_DIR/k3s.service" <<END
[Service]
Type=notify
KillMode=process
ExecStart=$INSTALL_K3S_BIN_DIR/k3s $INSTALL_K3S_EXEC
END
echo "[INFO]  systemd: Creating service file k3s.service"
`;

function script(name: string, body: string, up = "../.."): string {
  return `#!/bin/sh
# Stand-in for ${name} on an appliance of the test cluster.
root=$(cd "$(dirname "$0")/${up}" && pwd)
echo "${name} $*" >> "$root${COMMAND_LOG}"
${body}`;
}

async function requireProgram(name: string): Promise<string> {
  const found = await findProgram(name);
  if (found === undefined) throw new Error(`This machine has no program "${name}"`);
  return found;
}
