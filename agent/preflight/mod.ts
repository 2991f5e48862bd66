/** Checks before anything on the machine changes. */
export * from "./check.ts";
export { allChecks, checkIds, runPreflight } from "./run_preflight.ts";
