import { testRows } from "../rule_row.ts";
import { REGISTRY_ROWS } from "./registry_rows.ts";

testRows(REGISTRY_ROWS);
