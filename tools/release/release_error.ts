/** A failure that the person who publishes a release can fix; `hint` is what to do. */
export class ReleaseError extends Error {
  override readonly name = "ReleaseError";
  constructor(message: string, readonly hint: string, options: { cause?: unknown } = {}) {
    super(message, options);
  }
}
