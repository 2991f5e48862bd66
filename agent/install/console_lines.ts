import type { Host } from "../host/host.ts";

/** Terminals to which the kernel writes, the one behind /dev/console last. @see kernel: sysfs-tty */
const ACTIVE = "/sys/class/tty/console/active";

/**
 * The lines that get a console: tty1 by its name, since tty0 is whatever terminal is in front, and the serial ones that the
 * kernel uses, each once.
 */
export async function readConsoleLines(host: Host): Promise<string[]> {
  const active = await host.readText(ACTIVE, { maxBytes: 1_000 }).catch(() => undefined) ?? "";
  const serial = active.split(/\s+/).filter((it) =>
    /^[a-zA-Z]{2,10}\d{1,4}$/.test(it) && !/^tty\d+$/.test(it)
  );
  return [...new Set(["tty1", ...serial])];
}
