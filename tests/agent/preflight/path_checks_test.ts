import { testCases } from "./check_case.ts";
import { PATH_CASES } from "./path_cases.ts";

testCases(PATH_CASES);
