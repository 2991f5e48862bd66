import { testCases } from "./check_case.ts";
import { KERNEL_CASES } from "./kernel_cases.ts";

testCases(KERNEL_CASES);
