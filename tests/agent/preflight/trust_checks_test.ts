import { testCases } from "./check_case.ts";
import { TRUST_CASES } from "./trust_cases.ts";

testCases(TRUST_CASES);
