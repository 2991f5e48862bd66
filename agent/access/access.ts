import type { FindOptions, NewSession, Session } from "./sessions.ts";

/**
 * How a token came. Any web page can make a browser open a link of ours with a wrong token in it, so wrong links have an
 * allowance of their own: they never keep the person from signing in by the form.
 */
export type TokenVia = "form" | "link";

/** What a guess gave. */
export type TokenVerdict = { ok: true } | { ok: false; waitSec: number };

/** Who wants to sign in. */
export interface Visitor {
  /** Address of the other end. */
  address: string;
  /** As the browser calls itself. */
  userAgent?: string | undefined;
  /** Comes over TLS. */
  isEncrypted?: boolean;
}

/**
 * Why somebody was not let in: a wrong secret; a source that has to wait; too many at once; or not by this secret: a token after
 * a password was chosen, a password before.
 */
export interface Refused {
  ok: false;
  why: "wrong" | "wait" | "busy" | "other-secret";
  /** Seconds until another try is worth it; 0 = at once. */
  waitSec: number;
}

/** What an attempt to sign in gave. */
export type SignIn = { ok: true; id: string; session: Session } | Refused;

/** What an attempt to set the management password gave. */
export type PasswordReply =
  | { ok: true }
  | Refused
  | { ok: false; why: "unusable"; problems: readonly string[] }
  /** The disk takes nothing; the old one stays. */
  | { ok: false; why: "not-kept"; problem: string };

/** Who sets a password: a session, which has to tell the old one where there is one, or root. */
export type PasswordSetter = { session: Session; current: string; address: string } | "root";

/** Who may come in: the setup token until a management password is chosen, then that, and the sessions that they open. */
export interface Access {
  /** The token, grouped for reading. Once a password is chosen it is for programs alone. */
  token(): string;
  /** The token as long as it signs people in, for the console; `undefined` once there is a management password. */
  tokenToShow(): string | undefined;
  hasPassword(): boolean;
  /** Compares a program's token in constant time, uses nothing up, and slows its source down after wrong ones. */
  checkToken(text: string, address: string, via?: TokenVia): TokenVerdict;
  /** The token opens one session, which has to choose a password, and is replaced. */
  signInByToken(text: string, visitor: Visitor, via?: TokenVia): Promise<SignIn>;
  signInByPassword(text: string, visitor: Visitor): Promise<SignIn>;
  /** Sets the password, ends every other session, and replaces the token where it was still good for people. */
  setPassword(fresh: string, by: PasswordSetter): Promise<PasswordReply>;
  /** For who has forgotten it: no password, a new token, no sessions. A full disk is no obstacle. */
  resetPassword(): Promise<void>;
  startSession(given?: Partial<NewSession>): Promise<{ id: string; session: Session }>;
  /** `isUse` false: found, but its idle time goes on. */
  findSession(id: string, options?: FindOptions): Session | undefined;
  /** Whether a session that was found before is still one. Asking is not a use of it. */
  isLiving(session: Session): boolean;
  /** The sessions that open something, the latest used first. */
  sessions(): readonly Session[];
  endSession(session: Session): Promise<void>;
  /** Ends all, or all but one. */
  endSessions(kept?: Session): Promise<void>;
  /** Replaces the token and ends every session. */
  rotateToken(): Promise<void>;
  /** Takes the token and the password that another process or a person has written; what is no token is replaced by a new one. */
  refresh(): Promise<void>;
  /** The same of the token alone, for programs, which bring it with each request. */
  refreshToken(): Promise<void>;
  /** Called after sessions have ended. */
  onEnded(listener: () => void): void;
}
