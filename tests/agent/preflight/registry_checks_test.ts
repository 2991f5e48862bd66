import { testCases } from "./check_case.ts";
import { REGISTRY_CASES } from "./registry_cases.ts";

testCases(REGISTRY_CASES);
