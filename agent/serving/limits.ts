/** How many connections are kept, and for how long one may do nothing. */
export interface Limits {
  /** Connections that no signed-in request has come over, in all. */
  strangers: number;
  /** The same from one source. */
  strangersPerSource: number;
  /** Connections of signed-in sessions. */
  signedIn: number;
  /** From the connection to its first whole request head. */
  headMs: number;
  /** From one answer to the next whole request head; also the time in which an answer must have been taken. */
  idleMs: number;
  /** The same after an answer that was the last one. */
  leaveMs: number;
}

/**
 * More than any office behind one address needs; all of them fit into 80 MB (about 90 kB each) and, in clear, into the 1,024
 * files that a process has unasked. An encrypted one has three; the unit and raiseFileLimit() bring enough for those.
 */
export const LIMITS: Limits = {
  strangers: 350,
  strangersPerSource: 200,
  signedIn: 450,
  headMs: 10_000,
  idleMs: 60_000,
  leaveMs: 5_000,
};

/** The command line's own socket: only root reaches it, and nobody from outside can fill it. */
export const SOCKET_LIMITS: Limits = { ...LIMITS, strangersPerSource: LIMITS.strangers };
