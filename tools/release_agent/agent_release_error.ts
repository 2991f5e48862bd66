/** A failure that the person who makes a release of the agent can fix; `hint` is what to do. */
export class AgentReleaseError extends Error {
  override readonly name = "AgentReleaseError";
  constructor(message: string, readonly hint: string, options: { cause?: unknown } = {}) {
    super(message, options);
  }
}
