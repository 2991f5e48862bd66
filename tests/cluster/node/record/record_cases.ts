import { containerCases } from "./container_cases.ts";
import { fluxCases } from "./flux_cases.ts";
import { imageCases } from "./image_cases.ts";
import { machineCases } from "./machine_cases.ts";
import type { RecordCase } from "./record_case.ts";
import { storageCases } from "./storage_cases.ts";

/** Everything that is made to fail on a real node. */
export function recordCases(): RecordCase[] {
  return [...imageCases(), ...containerCases(), ...storageCases(), ...machineCases(), ...fluxCases()];
}
