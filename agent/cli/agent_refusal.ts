import { EXIT, type ExitCode } from "./command.ts";
import { fieldLine } from "./field_line.ts";

/** What is looked at in a problem document. @see RFC 9457 */
interface Problem {
  title?: string;
  detail?: string;
  errors?: readonly { field: string; message: string }[];
  reason?: string;
}

/** The running agent said no, in the words of its problem document; each line is one. */
export class AgentRefusal extends Error {
  override readonly name = "AgentRefusal";
  readonly exitCode: ExitCode;
  /** Tells refusals of the same status apart. */
  readonly reason: string | undefined;
  /** What was wrong with which field. */
  readonly errors: readonly { field: string; message: string }[];

  constructor(readonly status: number, body: unknown) {
    const { title, detail, errors = [], reason }: Problem = body !== null && typeof body === "object"
      ? body
      : {};
    const head = (errors.length > 0 ? title : detail ?? title) ?? `The agent answered ${status}`;
    super([head, ...errors.map(fieldLine)].join("\n"));
    this.reason = reason;
    this.errors = errors;
    this.exitCode = status === 422 ? EXIT.usage : reason === "locked" ? EXIT.locked : EXIT.error;
  }
}
