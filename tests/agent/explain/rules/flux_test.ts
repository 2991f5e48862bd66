import { testRows } from "../rule_row.ts";
import { FLUX_ROWS } from "./flux_rows.ts";

testRows(FLUX_ROWS);
