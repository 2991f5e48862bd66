import type { CommandEntry } from "./command.ts";

/**
 * Every subcommand, in the order of the help text. Each is loaded when it is asked for: `version` and `status` must not wait
 * for what `serve` needs.
 */
export const COMMANDS: readonly CommandEntry[] = [
  { name: "serve", load: async () => (await import("./serve.ts")).serveCommand },
  { name: "console", load: async () => (await import("./console.ts")).consoleCommand },
  { name: "setup", load: async () => (await import("./setup.ts")).setupCommand },
  { name: "settings", load: async () => (await import("./settings.ts")).settingsCommand },
  { name: "network", load: async () => (await import("./network.ts")).networkCommand },
  { name: "update", load: async () => (await import("./update.ts")).updateCommand },
  { name: "channel", load: async () => (await import("./channel.ts")).channelCommand },
  { name: "preflight", load: async () => (await import("./preflight.ts")).preflightCommand },
  { name: "status", load: async () => (await import("./status.ts")).statusCommand },
  { name: "workloads", load: async () => (await import("./workloads.ts")).workloadsCommand },
  { name: "events", load: async () => (await import("./events.ts")).eventsCommand },
  { name: "logs", load: async () => (await import("./logs.ts")).logsCommand },
  { name: "bundle", load: async () => (await import("./bundle.ts")).bundleCommand },
  { name: "doctor", load: async () => (await import("./doctor.ts")).doctorCommand },
  { name: "token", load: async () => (await import("./token.ts")).tokenCommand },
  { name: "password", load: async () => (await import("./password.ts")).passwordCommand },
  { name: "sessions", load: async () => (await import("./sessions.ts")).sessionsCommand },
  { name: "audit", load: async () => (await import("./audit.ts")).auditCommand },
  { name: "install", load: async () => (await import("./install.ts")).installCommand },
  { name: "renew", load: async () => (await import("./renew.ts")).renewCommand },
  { name: "uninstall", load: async () => (await import("./uninstall.ts")).uninstallCommand },
  { name: "version", load: async () => (await import("./version.ts")).versionCommand },
];
