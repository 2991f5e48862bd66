/** Setting an appliance up: inputs, steps, engine. */
export { createSetupService, type SetupDeps } from "./create_setup_service.ts";
export * from "./inputs/schema.ts";
export type { Draft } from "./inputs/draft.ts";
export * from "./setup_service.ts";
export * from "./setup_state.ts";
export type { RecordDamage, RecordDecision } from "./setup_record.ts";
