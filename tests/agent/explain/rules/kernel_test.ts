import { testRows } from "../rule_row.ts";
import { KERNEL_ROWS } from "./kernel_rows.ts";

testRows(KERNEL_ROWS);
