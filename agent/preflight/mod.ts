/** Checks before anything on the machine changes. */
export * from "./check.ts";
export { reportText } from "./report_text.ts";
export { allChecks, type PreflightVerdict, preflightVerdict, runPreflight } from "./run_preflight.ts";
