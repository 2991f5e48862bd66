import type { Host } from "../../host/host.ts";

/** What systemd says of the clock; `undefined` where it says nothing. @see timedatectl(1) */
export interface TimeSync {
  /** A time server has set the clock. */
  isSynchronized: boolean | undefined;
  /** The machine's own time service is switched on. */
  isEnabled: boolean | undefined;
}

/** Never throws: whoever needs an answer says what its absence means. */
export async function readTimeSync(host: Host): Promise<TimeSync> {
  const argv = ["timedatectl", "show", "-p", "NTP", "-p", "NTPSynchronized"] as const;
  const text = (await host.run(argv, { timeoutMs: 3_000 }).catch(() => undefined))?.stdout ?? "";
  const said = (key: string) =>
    text.split("\n").find((it) => it.startsWith(`${key}=`))?.slice(key.length + 1);
  const toBoolean = (word: string | undefined) => word === "yes" ? true : word === "no" ? false : undefined;
  return { isSynchronized: toBoolean(said("NTPSynchronized")), isEnabled: toBoolean(said("NTP")) };
}
