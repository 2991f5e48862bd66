import { createHash, randomBytes } from "node:crypto";
import * as z from "zod";
import type { MonotonicClock } from "../clock.ts";
import type { Host } from "../host/host.ts";
import { readStateFile, writeStateFile } from "../state/json_file.ts";
import { PATHS } from "../state/paths.ts";

const IDLE_MS = 8 * 3_600_000;
const ABSOLUTE_MS = 7 * 24 * 3_600_000;
const MAX_SESSIONS = 100;
/** The last use is written to disk at most this often. */
const SAVE_EVERY_MS = 60_000;

const Record = z.object({
  /** sha256 of the id: the file alone opens nothing. */
  idHash: z.string(),
  csrfToken: z.string(),
  /** What opened it. */
  credential: z.enum(["setup-token", "password"]),
  /** Nothing but choosing a management password is open to it. Sessions of agents before 0.2 have no such mark. */
  mustChoosePassword: z.boolean().default(false),
  /** Where it was used from last. */
  address: z.string().default(""),
  /** The browser that signed in, in words. */
  browser: z.string().default(""),
  /** Opened over TLS, and good for that alone. */
  isEncrypted: z.boolean().default(false),
  /** Mark of the credential at that time; another credential ends the session. */
  credentialMark: z.string(),
  createdMs: z.number(),
  usedMs: z.number(),
});

/** The whole file. */
export const SessionsFile = z.object({ sessions: z.array(Record) });

/** One signed-in browser. */
export type Session = z.infer<typeof Record>;

/** What a new session is made with. */
export type NewSession = Pick<
  Session,
  "credential" | "mustChoosePassword" | "address" | "browser" | "isEncrypted"
>;

/** How a session is looked for. */
export interface FindOptions {
  /** False: found, but its idle time goes on. */
  isUse?: boolean;
  /** Where it is used from. */
  address?: string;
}

/** The name of a session for people: short, and no part of what opens it. */
export function shortId({ idHash }: Pick<Session, "idHash">): string {
  return idHash.slice(0, 8);
}

/**
 * Sessions of browsers, kept on disk as hashes so that a restart signs nobody out.
 *
 * - A session is over for good when the monotonic clock says so. When only the time of day says so, which may be ahead for a
 *   while, it opens nothing and stays on record.
 * - A disk that cannot be written keeps nobody out: sessions then live in memory, and the next save brings them to disk.
 */
export class Sessions {
  #sessions: Map<string, Session>;
  /** When each session was used last in this process, monotonic. */
  readonly #usedMonotonicMs = new Map<string, number>();
  readonly #openedMonotonicMs: number;
  /** Hashes of ids that were right before, by id: a live page asks often. In memory only. */
  #known = new Map<string, string>();
  #savedMs = 0;
  #saving: Promise<void> = Promise.resolve();

  private constructor(readonly host: Host, readonly clock: MonotonicClock, sessions: readonly Session[]) {
    this.#sessions = new Map(sessions.map((it) => [it.idHash, it]));
    this.#openedMonotonicMs = clock.monotonicMs();
  }

  static async open(host: Host, clock: MonotonicClock): Promise<Sessions> {
    const read = await readStateFile(host, PATHS.sessions, SessionsFile, { clock, schemaVersion: 1 });
    return new Sessions(host, clock, read.status === "ok" ? read.value.sessions : []);
  }

  /** Starts a session; gives the id for the cookie, which is kept nowhere. */
  async start(given: NewSession, credentialMark: string): Promise<{ id: string; session: Session }> {
    const id = randomBytes(32).toString("base64url");
    const nowMs = this.clock.nowMs();
    const session = {
      ...given,
      idHash: hash(id),
      csrfToken: randomBytes(24).toString("base64url"),
      credentialMark,
      createdMs: nowMs,
      usedMs: nowMs,
    };
    this.#sessions.set(session.idHash, session);
    this.#usedMonotonicMs.set(session.idHash, this.clock.monotonicMs());
    while (this.#sessions.size > MAX_SESSIONS) this.#drop(this.#sessions.keys().next().value ?? "");
    await this.#save().catch(() => {}); // a full disk keeps nobody out
    return { id, session };
  }

  /** The living session of an id, noted as used unless `isUse` is false. */
  find(id: string, credentialMark: string, { isUse = true, address }: FindOptions = {}): Session | undefined {
    const idHash = this.#known.get(id) ?? hash(id);
    const found = this.#sessions.get(idHash);
    if (!found) return undefined;
    if (this.#known.size > 2 * MAX_SESSIONS) this.#known.clear();
    this.#known.set(id, idHash);
    if (!this.isLiving(found, credentialMark)) {
      if (found.credentialMark !== credentialMark || this.#isOver(found)) {
        this.#drop(found.idHash);
        this.#save().catch(() => {});
      }
      return undefined;
    }
    if (!isUse) return found;
    const nowMs = this.clock.nowMs();
    found.usedMs = nowMs;
    if (address !== undefined) found.address = address;
    this.#usedMonotonicMs.set(idHash, this.clock.monotonicMs());
    if (nowMs - this.#savedMs > SAVE_EVERY_MS) this.#save().catch(() => {});
    return found;
  }

  /** Whether a session that was found is still one; no use of it, so that an open page does not keep it alive. */
  isLiving(session: Session, credentialMark: string): boolean {
    const nowMs = this.clock.nowMs();
    return this.#sessions.get(session.idHash) === session && session.credentialMark === credentialMark &&
      !this.#isOver(session) && nowMs - session.usedMs <= IDLE_MS && nowMs - session.createdMs <= ABSOLUTE_MS;
  }

  /** By the clock that cannot jump: idle in this process for too long. */
  #isOver(session: Session): boolean {
    const usedMs = this.#usedMonotonicMs.get(session.idHash) ?? this.#openedMonotonicMs;
    return this.clock.monotonicMs() - usedMs > IDLE_MS;
  }

  #drop(idHash: string): void {
    this.#sessions.delete(idHash);
    this.#usedMonotonicMs.delete(idHash);
  }

  /** Those that open something, in the order of their use, the latest first. */
  living(credentialMark: string): Session[] {
    return [...this.#sessions.values()].filter((it) => this.isLiving(it, credentialMark))
      .toSorted((a, b) => b.usedMs - a.usedMs);
  }

  /** Ends all, or all but one. */
  async endAll(kept?: Session): Promise<void> {
    for (const idHash of [...this.#sessions.keys()]) if (idHash !== kept?.idHash) this.#drop(idHash);
    await this.#save();
  }

  /** Binds the sessions that live to another credential, whose change was theirs; the caller saves by what it does next. */
  rebind(from: string, to: string): void {
    for (const it of this.#sessions.values()) if (it.credentialMark === from) it.credentialMark = to;
  }

  async end(session: Session): Promise<void> {
    this.#drop(session.idHash);
    await this.#save();
  }

  /** One after another, each with what is then true: an older one that ends later would bring ended sessions back. */
  #save(): Promise<void> {
    this.#savedMs = this.clock.nowMs();
    const saved = this.#saving.then(() =>
      writeStateFile(this.host, PATHS.sessions, { sessions: [...this.#sessions.values()] }, 1)
    );
    this.#saving = saved.catch(() => {});
    return saved;
  }
}

function hash(id: string): string {
  return createHash("sha256").update(id).digest("hex");
}
