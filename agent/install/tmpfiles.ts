import { MODE, PATHS } from "../state/paths.ts";

/** Where answers, tokens and journals lie; private, each of them. */
export const FOLDERS = [PATHS.stateDir, PATHS.configDir, PATHS.logDir] as const;

/**
 * The folders of the agent, for systemd-tmpfiles: they are there, and as private as they have to be, at each boot and whenever
 * somebody has it look, also while the agent does not run. No line has an age, so nothing in them is ever cleaned up: the agent
 * does that itself. @see tmpfiles.d(5)
 */
export function tmpfilesText(): string {
  const mode = MODE.privateFolder.toString(8).padStart(4, "0");
  const lines = FOLDERS.map((path) => `d ${path} ${mode} root root -\n`);
  return `# Folders of the Alga appliance agent; written by alga-agent itself.\n${lines.join("")}`;
}
