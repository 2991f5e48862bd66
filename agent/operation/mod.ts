/** The one engine of every long operation. */
export type { Acceptance, Condition, GateReader } from "./conditions.ts";
export { createEngine, type EngineDeps } from "./engine.ts";
export { type Gate, type GateClosed, gateStep } from "./gate.ts";
export { createInputStore } from "./input_store.ts";
export * from "./failure.ts";
export * from "./operation.ts";
export * from "./operation_name.ts";
export * from "./step.ts";
export { waitFor } from "./wait_for.ts";
