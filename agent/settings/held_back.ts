import type { SettingsView } from "./settings_view.ts";

/**
 * Why the agent begins no change of settings by itself now: setup or a change is under way, or one waits for a person or has
 * failed, which is not swept away. `undefined`: nothing holds it back.
 */
export function heldBackBy(
  { isSetUp, operation: { state: { status } } }: Pick<SettingsView, "isSetUp" | "operation">,
): "busy" | "waits" | "failed" | undefined {
  if (!isSetUp || status === "running") return "busy";
  return status === "blocked" ? "waits" : status === "failed" ? "failed" : undefined;
}
