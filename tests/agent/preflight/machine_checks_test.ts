import { testCases } from "./check_case.ts";
import { MACHINE_CASES } from "./machine_cases.ts";

testCases(MACHINE_CASES);
