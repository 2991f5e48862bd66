import { testRows } from "../rule_row.ts";
import { AGENT_ROWS } from "./agent_rows.ts";

testRows(AGENT_ROWS);
