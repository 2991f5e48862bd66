import * as z from "zod";
import type { Host } from "../../host/host.ts";
import { tryParseJson } from "../../text/try_parse_json.ts";

const Units = z.array(z.object({ unit: z.string(), active: z.string(), sub: z.string().default("") }));

/** One service of systemd that is loaded. */
export interface Service {
  /** Without ".service". */
  name: string;
  /** "active", "failed", "inactive" … @see systemctl(1) */
  active: string;
}

/** Services that systemd has loaded. @throws {Error} If it cannot be asked. */
export async function readServices(host: Host): Promise<Service[]> {
  const { code, stdout, stderr } = await host.run(
    ["systemctl", "list-units", "--type=service", "--all", "--output=json", "--no-pager"],
    { timeoutMs: 5_000, maxOutputBytes: 4 * 1024 * 1024 },
  );
  if (code !== 0) throw new Error(`systemctl ended with ${code}: ${stderr.trim()}`);
  const units = Units.safeParse(tryParseJson(stdout)).data;
  if (!units) throw new Error("systemctl gave an answer that cannot be read");
  return units.map(({ unit, active }) => ({ name: unit.replace(/\.service$/, ""), active }));
}
