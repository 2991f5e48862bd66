import type { Context } from "hono";
import { isLineName, LINE_HEADER } from "../agent/console/line_name.ts";
import type { Env } from "./app_deps.ts";

/** Who asks over the agent's socket, as it is kept and shown: a console by its line, or a command. `undefined`: another way. */
export function socketCaller(c: Context<Env>): string | undefined {
  if (c.env.remoteAddr !== "socket") return undefined;
  const line = c.req.header(LINE_HEADER);
  return line !== undefined && isLineName(line) ? `console ${line}` : "command line";
}
