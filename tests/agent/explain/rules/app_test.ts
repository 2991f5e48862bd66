import { testRows } from "../rule_row.ts";
import { APP_ROWS } from "./app_rows.ts";

testRows(APP_ROWS);
