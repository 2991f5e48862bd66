import { testCases } from "./check_case.ts";
import { FIREWALL_CASES } from "./firewall_cases.ts";

testCases(FIREWALL_CASES);
