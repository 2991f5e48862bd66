/** The status document: what is ready, what is not, and why. */
export { evaluate, substanceOf } from "./evaluate.ts";
export type { ProbeHttp } from "./http_probe.ts";
export { emptySnapshot, type Snapshot } from "./snapshot.ts";
export * from "./status_document.ts";
export { NO_MEMORY, remember, StatusMemory } from "./status_memory.ts";
export { createStatusService, type StatusDeps } from "./status_service.ts";
