/** An image that cannot be made or read; the hint says what to do. */
export class IsoError extends Error {
  override readonly name: string = "IsoError";

  constructor(message: string, readonly hint: string, options?: ErrorOptions) {
    super(message, options);
  }
}

/** Words on the command line that are not understood or do not fit together. */
export class IsoUsageError extends IsoError {
  override readonly name = "IsoUsageError";

  constructor(message: string, options?: ErrorOptions) {
    super(message, "More: --help", options);
  }
}

/** A program of Debian's that is not installed here: nothing can be told of what it was asked. */
export class MissingProgramError extends IsoError {}
