import { testCases } from "./check_case.ts";
import { DISK_CASES } from "./disk_cases.ts";

testCases(DISK_CASES);
