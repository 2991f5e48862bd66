/** Checks before anything on the machine changes. */
export * from "./check.ts";
export { allChecks, type PreflightVerdict, preflightVerdict, runPreflight } from "./run_preflight.ts";
