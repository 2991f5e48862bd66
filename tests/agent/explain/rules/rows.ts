import type { Row } from "../rule_row.ts";
import { AGENT_ROWS } from "./agent_rows.ts";
import { APP_ROWS } from "./app_rows.ts";
import { BOOTSTRAP_ROWS } from "./bootstrap_rows.ts";
import { CONFIG_ROWS } from "./config_rows.ts";
import { CRASH_ROWS } from "./crash_rows.ts";
import { FLUX_ROWS } from "./flux_rows.ts";
import { IMAGE_ROWS } from "./image_rows.ts";
import { K3S_ROWS } from "./k3s_rows.ts";
import { KERNEL_ROWS } from "./kernel_rows.ts";
import { NODE_ROWS } from "./node_rows.ts";
import { REGISTRY_ROWS } from "./registry_rows.ts";
import { STORAGE_ROWS } from "./storage_rows.ts";

/** Every way in which any rule finds something. */
export const ROWS: readonly Row[] = [
  ...AGENT_ROWS,
  ...APP_ROWS,
  ...BOOTSTRAP_ROWS,
  ...CONFIG_ROWS,
  ...CRASH_ROWS,
  ...FLUX_ROWS,
  ...IMAGE_ROWS,
  ...K3S_ROWS,
  ...KERNEL_ROWS,
  ...NODE_ROWS,
  ...REGISTRY_ROWS,
  ...STORAGE_ROWS,
];
