import type { ActionKind } from "../agent/causes/action.ts";

/** What the link to the page of an action says; `null`: it is not done on a page of the agent. */
export const ACTION_LINK: Record<ActionKind, string | null> = {
  "wait": null,
  "retry": "Try again",
  "open-setup": "Open setup",
  "open-settings": "Open settings",
  "open-network": "Open network",
  "free-disk": null,
  "fix-machine": null,
  "restart-machine": null,
  "ask-network-admin": null,
  "call-vendor": null,
};
