import type { Intent, Model, View } from "./model.ts";

/** A key of the first screen. */
export interface HomeKey {
  key: string;
  label: string;
  /** False hides the key and makes it do nothing. */
  isShown(model: Model): boolean;
  view?: View;
  intent?: Intent;
}

/** Every key of the first screen, in its order: one row each. Numbers stay with their action. */
export const HOME_KEYS: readonly HomeKey[] = [
  {
    key: "1",
    label: "Set up",
    isShown: ({ away, document }) =>
      !away && document !== undefined && document.setup.state.status !== "done",
    intent: { type: "read-answers" },
  },
  {
    key: "2",
    label: "Network",
    isShown: ({ away, document }) => !away && document !== undefined,
    view: { name: "network", offset: 0 },
  },
  {
    key: "3",
    label: "Logs",
    isShown: () => true,
    view: { name: "logs", source: "alga-appliance", offset: 0 },
    intent: { type: "read-log", source: "alga-appliance" },
  },
  { key: "5", label: "Check again", isShown: () => true, intent: { type: "look-again" } },
  { key: "6", label: "Sign-in help", isShown: () => true, view: { name: "help" } },
  { key: "7", label: "Shell", isShown: ({ ownLine }) => ownLine !== undefined, intent: { type: "login" } },
  { key: "8", label: "Reboot", isShown: () => true, view: { name: "confirm", what: "reboot" } },
  { key: "9", label: "Power off", isShown: () => true, view: { name: "confirm", what: "poweroff" } },
  { key: "q", label: "Leave", isShown: ({ ownLine }) => ownLine === undefined, intent: { type: "leave" } },
];

/** Those that do something now. */
export function homeKeys(model: Model): HomeKey[] {
  return HOME_KEYS.filter((it) => it.isShown(model));
}
