import { testCases } from "./check_case.ts";
import { UPGRADE_PATH_CASES } from "./upgrade_path_cases.ts";

testCases(UPGRADE_PATH_CASES);
