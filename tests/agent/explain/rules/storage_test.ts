import { testRows } from "../rule_row.ts";
import { STORAGE_ROWS } from "./storage_rows.ts";

testRows(STORAGE_ROWS);
