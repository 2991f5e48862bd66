/** Every long operation that there is or is planned; stored in journals and locks, so never renamed. */
export const OPERATION_NAMES = [
  "setup",
  "settings",
  "update",
  "network",
  "recovery",
  "import",
  "backup",
  "restore",
  "uninstall",
  "bundle",
  "agent-update",
  "prepare",
] as const;
export type OperationName = typeof OPERATION_NAMES[number];

/** Operations that change the appliance exclude each other; one that reads excludes only another of its kind. */
export const EFFECT: Readonly<Record<OperationName, "changes" | "reads">> = {
  setup: "changes",
  settings: "changes",
  update: "changes",
  network: "changes",
  recovery: "changes",
  import: "changes",
  backup: "changes",
  restore: "changes",
  uninstall: "changes",
  bundle: "reads",
  // It restarts the agent: nothing may be under way then.
  "agent-update": "changes",
  // It brings images to the machine and touches nothing that runs: nobody waits for it.
  prepare: "reads",
};

/**
 * Who may interrupt whom. The other one is cut short only in a step that may be cancelled, or while it waits; what it owes is
 * discharged first. It goes on afterwards as its policy says.
 */
export const MAY_TAKE_OVER: Readonly<Record<OperationName, readonly OperationName[]>> = {
  setup: [],
  settings: ["setup", "recovery"],
  update: ["recovery"],
  network: ["setup", "settings", "recovery"],
  recovery: [],
  import: [],
  backup: ["recovery"],
  restore: ["setup", "settings", "update", "recovery", "import", "backup"],
  uninstall: ["setup", "settings", "update", "network", "recovery", "import", "backup", "restore"],
  bundle: [],
  "agent-update": [],
  prepare: [],
};

/** Whether two operations cannot run at the same time. */
export function excludes(a: OperationName, b: OperationName): boolean {
  return a === b || (EFFECT[a] === "changes" && EFFECT[b] === "changes");
}
