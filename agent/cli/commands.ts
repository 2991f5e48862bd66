import type { CommandEntry } from "./command.ts";

/**
 * Every subcommand, in the order of the help text. Each is loaded when it is asked for: `version` and `status` must not wait
 * for what `serve` needs.
 */
export const COMMANDS: readonly CommandEntry[] = [
  { name: "serve", load: async () => (await import("./serve.ts")).serveCommand },
  { name: "setup", load: async () => (await import("./setup.ts")).setupCommand },
  { name: "settings", load: async () => (await import("./settings.ts")).settingsCommand },
  { name: "preflight", load: async () => (await import("./preflight.ts")).preflightCommand },
  { name: "status", load: async () => (await import("./status.ts")).statusCommand },
  { name: "bundle", load: async () => (await import("./bundle.ts")).bundleCommand },
  { name: "token", load: async () => (await import("./token.ts")).tokenCommand },
  { name: "install", load: async () => (await import("./install.ts")).installCommand },
  { name: "uninstall", load: async () => (await import("./uninstall.ts")).uninstallCommand },
  { name: "version", load: async () => (await import("./version.ts")).versionCommand },
];
