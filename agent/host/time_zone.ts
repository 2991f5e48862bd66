import type { Host } from "./host.ts";

const FOLDER = "zoneinfo/";

/** The time zone of the machine by its IANA name, as it is now; "UTC" where none is set or it is not known here. @see localtime(5) */
export async function readTimeZone(host: Host): Promise<string> {
  const link = await host.readLink("/etc/localtime").catch(() => "") ?? "";
  const linked = link.includes(FOLDER) ? link.slice(link.indexOf(FOLDER) + FOLDER.length) : undefined;
  const name = linked ?? (await host.readText("/etc/timezone").catch(() => ""))?.trim();
  return name && isTimeZone(name) ? name : "UTC";
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en-GB", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
