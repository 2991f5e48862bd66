/** Classes of failures. */
export type FailureClass =
  | "network"
  | "dns"
  | "registry-release-source"
  | "k3s"
  | "flux"
  | "storage"
  | "app-bootstrap"
  | "app-readiness"
  | "background-services";

/** A failed step in words an administrator can act on. No secret, no stack. */
export interface Failure<Id extends string = string> {
  category: FailureClass;
  stepId: Id;
  code: string;
  message: string;
  /** More of the cause, for technical details. */
  details: string;
  suggestedNextStep: string;
  retrySafe: boolean;
  at: string;
}

/** What a step says of its own failures, where the error does not say it better. */
export interface StepFailure {
  category: FailureClass;
  /** What could not be done ("Kubernetes could not be installed"): the headline where a program's own words are the error. */
  cannot: string;
  /** What to do next, as an action without a full stop. */
  nextAction: string;
}

/** What an operation knows of errors that the engine does not know; what is left out comes from the step. */
export type ErrorWords = Pick<Failure, "code" | "message" | "suggestedNextStep" | "retrySafe"> & {
  category?: FailureClass;
};
