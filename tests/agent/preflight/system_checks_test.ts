import { testCases } from "./check_case.ts";
import { SYSTEM_CASES } from "./system_cases.ts";

testCases(SYSTEM_CASES);
