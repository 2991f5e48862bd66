/** The status document: what is ready, what is not, and why. */
export { evaluate, substanceOf } from "./evaluate.ts";
export type { ProbeHttp } from "../observe/http_probe.ts";
export { emptySnapshot, type Snapshot } from "../facts/snapshot.ts";
export * from "./document.ts";
export type { Blocker } from "../explain/blocker.ts";
export { supportText } from "./support_text.ts";
export { NO_MEMORY, remember, StatusMemory } from "./memory.ts";
export { createStatusService, type StatusDeps } from "./service.ts";
