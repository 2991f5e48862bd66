import { testCases } from "./check_case.ts";
import { DISK_HEALTH_CASES } from "./disk_health_cases.ts";

testCases(DISK_HEALTH_CASES);
