/** What a person can do about a cause, as a code: faces choose the words and the button. */
export const ACTION_KINDS = [
  "wait",
  "retry",
  "open-setup",
  "open-settings",
  "open-network",
  "free-disk",
  "fix-machine",
  "restart-machine",
  "ask-network-admin",
  "call-vendor",
] as const;
export type ActionKind = typeof ACTION_KINDS[number];

/** `href`: the page of the agent where it is done, when there is one. */
export interface Action {
  kind: ActionKind;
  href?: string;
}

/** Pages where something is done, while setup is not over and afterwards. */
const HREF: Partial<Record<ActionKind, { during?: string; after?: string }>> = {
  "retry": { during: "/setup" },
  "open-setup": { during: "/setup" },
  "open-settings": { during: "/setup", after: "/settings" },
  "open-network": { during: "/network", after: "/network" },
};

/** The action of this kind, with the page where it is done. Once setup is over, its page has nothing to do. */
export function actionOf(kind: ActionKind, { isSetupOver }: { isSetupOver: boolean }): Action {
  const href = HREF[kind]?.[isSetupOver ? "after" : "during"];
  return href === undefined ? { kind } : { kind, href };
}

/** What the agent itself can do against a cause without harm. Ids are stored and linked to, so never renamed. */
export const REMEDY_IDS = [
  "prune-images",
  "reset-release",
  "resume-release",
  "restart-k3s",
  "restart-part",
  "rerun-setup",
  "uncordon-node",
] as const;
export type RemedyId = typeof REMEDY_IDS[number];
