/** An image that cannot be made or read; the hint says what to do. */
export class IsoError extends Error {
  override readonly name = "IsoError";

  constructor(message: string, readonly hint: string, options?: ErrorOptions) {
    super(message, options);
  }
}
