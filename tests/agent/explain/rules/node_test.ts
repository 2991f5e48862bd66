import { testRows } from "../rule_row.ts";
import { NODE_ROWS } from "./node_rows.ts";

testRows(NODE_ROWS);
