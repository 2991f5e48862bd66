import { testCases } from "./check_case.ts";
import { NETWORK_CASES } from "./network_cases.ts";

testCases(NETWORK_CASES);
