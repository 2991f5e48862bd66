import { AgentError } from "../error.ts";
import type { Host } from "../host/host.ts";
import { consoleUnitOf, UNIT, UPDATE_UNIT } from "./places.ts";

/** A start waits for the agent's own word that it is ready; its unit gives it a minute. */
const START_TIMEOUT_MS = 90_000;

/** The agent's unit as systemd sees it. */
export interface ServiceState {
  isActive: boolean;
  /** It runs from a program that was replaced, or by a unit file that was. */
  isStale: boolean;
  /** The program that it runs from; `undefined` when it does not run. */
  program?: string;
}

/** Whether systemd runs this machine. */
export async function hasSystemd(host: Host): Promise<boolean> {
  return (await host.info("/run/systemd/system"))?.kind === "folder";
}

/** Asks systemd about the agent's unit, also where it has none. @throws {AgentError} COMMAND_FAILED */
export async function readService(host: Host): Promise<ServiceState> {
  const text = await systemctl(host, "show", UNIT, "--property=ActiveState,MainPID,NeedDaemonReload");
  const lines = text.split("\n");
  const value = (key: string) => lines.find((it) => it.startsWith(`${key}=`))?.slice(key.length + 1) ?? "";
  const isActive = ["active", "activating", "reloading"].includes(value("ActiveState"));
  const program = await host.readLink(`/proc/${value("MainPID")}/exe`);
  // The kernel's mark for a file that has lost its name.
  const isReplaced = program?.endsWith(" (deleted)") ?? false;
  return {
    isActive,
    isStale: isActive && (isReplaced || value("NeedDaemonReload") === "yes"),
    ...(program === undefined ? {} : { program }),
  };
}

/** Makes systemd read its units again and start the agent's and these at every boot. @throws {AgentError} COMMAND_FAILED */
export async function enableService(host: Host, others: readonly string[]): Promise<void> {
  await systemctl(host, "daemon-reload");
  await systemctl(host, "enable", UNIT, ...others);
}

/** Starts it and waits until it answers. @throws {AgentError} COMMAND_FAILED */
export async function startService(host: Host): Promise<void> {
  await systemctl(host, "start", UNIT);
}

/** Stops it and waits until it has ended; at the next boot it starts again. @throws {AgentError} COMMAND_FAILED */
export async function stopService(host: Host): Promise<void> {
  await systemctl(host, "stop", UNIT);
}

/**
 * Asks for a restart and does not wait: whoever asks may be a child of the very service, which ends with it.
 * @throws {AgentError} COMMAND_FAILED
 */
export async function queueRestart(host: Host): Promise<void> {
  await systemctl(host, "restart", "--no-block", UNIT);
}

/**
 * Has the consoles begin again that stand on a line, from the program that lies in its place now; who is logged in there stays. Does
 * not wait. @throws {AgentError} COMMAND_FAILED
 */
export async function queueConsoleRestart(host: Host): Promise<void> {
  await systemctl(host, "try-restart", "--no-block", consoleUnitOf("*"));
}

/** Has the unit of an update begin, and does not wait: it stops the caller on its way. @throws {AgentError} COMMAND_FAILED */
export async function queueUpdate(host: Host): Promise<void> {
  await systemctl(host, "start", "--no-block", UPDATE_UNIT);
}

/** Stops it and these, and takes them out of the boot. A unit that is not there is no error. @throws {AgentError} COMMAND_FAILED */
export async function disableService(host: Host, others: readonly string[]): Promise<void> {
  await systemctl(host, "disable", "--now", UNIT, ...others);
}

/** Makes systemd forget a unit whose file is gone. @throws {AgentError} COMMAND_FAILED */
export async function reloadUnits(host: Host): Promise<void> {
  await systemctl(host, "daemon-reload");
}

async function systemctl(host: Host, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await host.run(["systemctl", ...args], { timeoutMs: START_TIMEOUT_MS });
  if (code === 0) return stdout;
  throw new AgentError(
    "COMMAND_FAILED",
    `"systemctl ${args.join(" ")}" ended with ${code}: ${stderr.trim()}`,
    { hint: `Look for the reason: journalctl -u ${UNIT} -n 30` },
  );
}
