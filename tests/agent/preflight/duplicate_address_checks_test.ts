import { testCases } from "./check_case.ts";
import { DUPLICATE_ADDRESS_CASES } from "./duplicate_address_cases.ts";

testCases(DUPLICATE_ADDRESS_CASES);
