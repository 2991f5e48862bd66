import { type Session, shortId } from "./sessions.ts";

/** A session as it is shown and listed; nothing of it opens anything. */
export interface SessionRow {
  id: string;
  /** Where it was used from last. */
  address: string;
  /** What signed in, in words. */
  browser: string;
  signedInBy: "token" | "password";
  startedAt: string;
  usedAt: string;
  /** The one that asks. */
  isOwn: boolean;
}

export function toSessionRow(session: Session, own: Session | undefined): SessionRow {
  return {
    id: shortId(session),
    address: session.address,
    browser: session.browser,
    signedInBy: session.credential === "password" ? "password" : "token",
    startedAt: new Date(session.createdMs).toISOString(),
    usedAt: new Date(session.usedMs).toISOString(),
    isOwn: session.idHash === own?.idHash,
  };
}
