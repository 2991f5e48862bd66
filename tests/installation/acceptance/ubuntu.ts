import { until } from "../../until.ts";
import type { Hardware, Machine } from "../../vm/machine.ts";
import { ufwRules } from "../disk_facts.ts";
import type { ImageKind } from "../image_kind.ts";
import { tellQemu } from "../station.ts";

/** Of an installation; machines that are translated take many times as long. */
const FAST_SEC = 3600;
const SLOW_SEC = 6 * 3600;
const SHUTDOWN_SEC = 600;

const FAST: Hardware = {
  power: ["-machine", "q35", "-accel", "kvm", "-cpu", "host", "-smp", "4", "-m", "4G"],
};
const SLOW: Hardware = {
  power: [
    ...["-machine", "q35", "-accel", "tcg,thread=multi,tb-size=512", "-cpu", "max", "-smp", "2", "-m", "4G"],
  ],
};

/** What our image of Ubuntu's says on the serial line when its installation fails. */
const FAILED = /The installation of the Alga appliance has failed\.\s+Reason: ([^\r\n]*)/;

/** The ways of an image that was made of Ubuntu's own; `hasKvm` says whether machines run at full speed here. */
export function ubuntu(hasKvm: boolean): ImageKind {
  const longSec = hasKvm ? FAST_SEC : SLOW_SEC;
  return {
    // More than the least disk that the image takes.
    diskGib: 64,
    otherGib: 80,
    copyGib: 100,
    hardware: hasKvm ? FAST : SLOW,
    longSec,
    running: /Linux version \d|The installation of the Alga appliance has failed/,
    installs: (machine) => installs(machine, longSec),
    async end(machine, dir) {
      await tellQemu(dir, "system_powerdown");
      await machine.ends(SHUTDOWN_SEC);
    },
    firewall: ufwRules,
  };
}

/** Ubuntu's installer says little on the serial line, and the machine stops where it would start again. */
async function installs({ said, isOver }: Machine, longSec: number): Promise<void> {
  const reason = () => FAILED.exec(said())?.[1];
  await until(
    "the installation ends",
    () => said().slice(-2_000),
    () => isOver() || reason() !== undefined,
    longSec,
  );
  const why = reason();
  if (why !== undefined) throw new Error(`The installation has failed: ${why}`);
}
