import { AgentError } from "../../agent/error.ts";
import type { Host } from "../../agent/host/host.ts";
import { readUnitJournal } from "../../agent/host/unit_journal.ts";
import { MODE, PATHS } from "../../agent/state/paths.ts";
import type { K3sPin } from "./pin.ts";
import { airgapArchives, findFile, type K3sFile } from "./sources.ts";

const INSTALLER_TIMEOUT_MS = 120_000;

/** Puts a file in its place unless it is there: from the installation image, else by `download`. Its checksum is checked each time. */
export async function placeK3sFile(
  host: Host,
  file: K3sFile,
  { say, download }: { say: (text: string) => void; download: (file: K3sFile) => Promise<void> },
): Promise<void> {
  switch (await findFile(host, file)) {
    case "placed":
      return await host.setMode(file.path, file.mode);
    case "payload":
      say(`Taking ${file.what} from the installation image`);
      return await host.copyFile(file.payload, file.path, { mode: file.mode });
    case "damaged":
      throw damaged(file.payload);
    case "absent":
      say(`Downloading ${file.what} from ${file.url.host}`);
      return await download(file);
  }
}

/** Puts k3s' own images where k3s loads them from at its start, when the installation image has them. */
export async function placeAirgapImages(
  host: Host,
  pin: K3sPin,
  { say }: { say: (text: string) => void },
): Promise<void> {
  for (const archive of airgapArchives(pin)) {
    const whereabouts = await findFile(host, archive);
    if (whereabouts === "placed") continue;
    if (whereabouts !== "payload") throw damaged(archive.payload);
    say(`Taking ${archive.path.slice(archive.path.lastIndexOf("/") + 1)} from the installation image`);
    await host.remove(archive.path);
    await host.makeFolder(PATHS.k3sImages, { mode: MODE.publicFolder });
    // As a link it takes no room; a payload on another file system has to be copied.
    if (await host.link(archive.payload, archive.path).catch(() => false)) continue;
    await host.copyFile(archive.payload, archive.path, { mode: 0o644 });
  }
}

/** Runs the vendor's installer: it writes the unit, the environment file and the scripts that stop and remove k3s, and starts nothing. */
export async function runK3sInstaller(
  host: Host,
  { pin, say, signal }: { pin: K3sPin; say: (text: string) => void; signal: AbortSignal },
): Promise<void> {
  say("Installing the service of Kubernetes");
  const { code, stderr } = await host.run([PATHS.k3sInstaller], {
    timeoutMs: INSTALLER_TIMEOUT_MS,
    signal,
    umask: 0o022, // its unit file and links are for everybody to read
    env: {
      INSTALL_K3S_SKIP_DOWNLOAD: "true",
      INSTALL_K3S_SKIP_START: "true",
      INSTALL_K3S_VERSION: pin.version,
      INSTALL_K3S_EXEC: "server",
      INSTALL_K3S_BIN_DIR: host.path("/usr/local/bin"),
      INSTALL_K3S_SYSTEMD_DIR: host.path("/etc/systemd/system"),
    },
  });
  if (code !== 0) {
    throw new AgentError(
      "K3S_FAILED",
      `The installer of k3s ended with ${code}: ${stderr.trim().split("\n").at(-1) ?? ""}`,
    );
  }
}

/** A systemctl call that must succeed. @throws {AgentError} K3S_FAILED */
export async function systemctl(host: Host, ...args: string[]): Promise<void> {
  const { code, stderr } = await host.run(["systemctl", ...args], { timeoutMs: 60_000 });
  if (code !== 0) {
    throw new AgentError("K3S_FAILED", `"systemctl ${args.join(" ")}" ended with ${code}: ${stderr.trim()}`);
  }
}

/** The last lines of k3s' journal, for a failure's details; empty when they cannot be read. */
export async function k3sJournalTail(host: Host): Promise<string> {
  // The failure itself is told; without its details where there is no journal.
  const lines = await readUnitJournal(host, "k3s", { lines: 20 }).catch(() => []);
  return lines.map((it) => it.text).join("\n");
}

/** Never replaced in silence: what damaged this file may have damaged more. */
function damaged(path: string): AgentError {
  return new AgentError("CHECKSUM_MISMATCH", `"${path}" of the installation image is damaged or missing`, {
    hint: "Install from the appliance image again, in the hypervisor",
    retrySafe: false,
  });
}
