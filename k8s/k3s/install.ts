import { AgentError, errorText } from "../../agent/error.ts";
import type { Host } from "../../agent/host/host.ts";
import { withinTime } from "../../agent/signals.ts";
import { MODE, PATHS } from "../../agent/state/paths.ts";
import type { K3sPin } from "./pin.ts";

/** Where k3s' own releases lie. */
export const K3S_DOWNLOAD_URL = "https://github.com/k3s-io/k3s/releases/download";

const MAX_BINARY_BYTES = 256 * 1024 * 1024;
const DOWNLOAD_TIMEOUT_MS = 30 * 60_000;
const INSTALLER_TIMEOUT_MS = 120_000;

/** The answer for one file. */
export interface FetchedFile {
  status: number;
  body: ReadableStream<Uint8Array> | null;
}

export interface K3sInstallOptions {
  pin: K3sPin;
  /** Base URL in place of {@link K3S_DOWNLOAD_URL}. */
  downloadUrl?: string;
  /** Fetches through the site's proxy and DNS servers; the body may be read until the callback ends. */
  download: (url: URL, signal: AbortSignal, use: (reply: FetchedFile) => Promise<void>) => Promise<void>;
  say: (text: string) => void;
  signal: AbortSignal;
}

/** Puts the pinned binary in its place unless it is there: from the image's payload, else by download. Sum checked each time. */
export async function placeK3sBinary(host: Host, options: K3sInstallOptions): Promise<void> {
  const { pin, say } = options;
  if (await host.sha256(PATHS.k3sBinary) === pin.binarySha256) {
    return await host.setMode(PATHS.k3sBinary, MODE.program);
  }
  if (await host.sha256(PATHS.k3sPayload) === pin.binarySha256) {
    say(`Taking Kubernetes ${pin.version} from the installation image`);
    const bytes = await host.readBytes(PATHS.k3sPayload);
    if (bytes) return await host.writeFile(PATHS.k3sBinary, bytes, { mode: MODE.program });
  }
  await download(host, options);
}

async function download(
  host: Host,
  { pin, say, signal, downloadUrl, download }: K3sInstallOptions,
): Promise<void> {
  const base = (downloadUrl ?? K3S_DOWNLOAD_URL).replace(/(?<!\/)\/+$/, "");
  const url = new URL(`${base}/${encodeURIComponent(pin.version)}/k3s`);
  say(`Downloading Kubernetes ${pin.version}`);
  const limit = withinTime(DOWNLOAD_TIMEOUT_MS, signal);
  try {
    await download(url, limit, async ({ status, body }) => {
      if (status !== 200 || !body) {
        await body?.cancel();
        throw new AgentError("DOWNLOAD_FAILED", `${url.host} answered ${status} for k3s ${pin.version}`);
      }
      let toldMb = 0;
      await host.writeStream(PATHS.k3sBinary, body, {
        mode: MODE.program,
        maxBytes: MAX_BINARY_BYTES,
        verify: (sha256) => requireSum("The downloaded k3s", sha256, pin.binarySha256),
        onBytes: (bytes) => {
          if (bytes < toldMb + 10e6) return;
          toldMb = bytes;
          say(`Downloaded ${Math.round(bytes / 1e6)} MB of k3s`);
        },
      });
    });
  } catch (cause) {
    if (cause instanceof AgentError) throw cause;
    if (signal.aborted) throw signal.reason;
    throw new AgentError(
      "DOWNLOAD_FAILED",
      `k3s could not be downloaded from ${url.host}: ${errorText(cause).replace(`${url.host}: `, "")}`,
      { hint: "Check the way to this host, then try again", cause },
    );
  }
}

/** Runs the vendor's installer from the image: it writes the unit and the environment file, and starts nothing. @see components.md 1.4 */
export async function runK3sInstaller(host: Host, options: K3sInstallOptions): Promise<void> {
  requireSum("The installer of k3s", await host.sha256(PATHS.k3sInstaller), options.pin.installerSha256);
  await host.setMode(PATHS.k3sInstaller, MODE.program);
  options.say("Installing the service of Kubernetes");
  const { code, stderr } = await host.run([PATHS.k3sInstaller], {
    timeoutMs: INSTALLER_TIMEOUT_MS,
    signal: options.signal,
    env: {
      INSTALL_K3S_SKIP_DOWNLOAD: "true",
      INSTALL_K3S_SKIP_START: "true",
      INSTALL_K3S_VERSION: options.pin.version,
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
  const reply = await host.run(["journalctl", "-u", "k3s", "-o", "cat", "-n", "20", "--no-pager"], {
    timeoutMs: 10_000,
  }).catch(() => undefined);
  return reply?.stdout.trim() ?? "";
}

function requireSum(what: string, found: string | undefined, wanted: string): void {
  if (found === wanted) return;
  const state = found === undefined
    ? "is missing"
    : "is not the one that was expected (its checksum differs)";
  throw new AgentError("CHECKSUM_MISMATCH", `${what} ${state}`, {
    hint: "Try again; if it stays, install from the appliance image again",
  });
}
