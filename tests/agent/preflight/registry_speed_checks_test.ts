import { testCases } from "./check_case.ts";
import { REGISTRY_SPEED_CASES } from "./registry_speed_cases.ts";

testCases(REGISTRY_SPEED_CASES);
