import { testRows } from "../rule_row.ts";
import { CONFIG_ROWS } from "./config_rows.ts";

testRows(CONFIG_ROWS);
