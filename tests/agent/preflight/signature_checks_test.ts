import { testCases } from "./check_case.ts";
import { SIGNATURE_CASES } from "./signature_cases.ts";

testCases(SIGNATURE_CASES);
