import type { Check } from "../check.ts";
import { readDisksHealth } from "../facts/disk_health.ts";
import { fail, pass, skipped, warn } from "../outcome.ts";

/** Makers promise nothing beyond 100 %; below this there is time to plan. */
const WORN_PERCENT = 80;

/** Most disks of an appliance are virtual and say nothing of themselves: then the hypervisor knows. */
export const DISK_SMART: Check = {
  id: "disk.smart",
  title: "Health of the disk",
  vantage: "cluster",
  overridable: true,
  async run({ host, signal }) {
    const expected = `no disk is failing, or more than ${WORN_PERCENT} % worn`;
    const { disks, silent, hasSmartctl, areHidden } = await readDisksHealth(host, signal);
    if (disks.length === 0) {
      return skipped(
        expected,
        areHidden
          ? "the service is shown no disks; the command asks them: sudo alga-agent preflight"
          : hasSmartctl
          ? "the disks tell nothing of their health, as virtual ones do"
          : "smartctl, which asks disks for their health, is not on this machine",
      );
    }
    const evidence = [
      ...disks.map((it) => `${it.name}: ${it.isFailing ? "failing" : "healthy"}${wear(it.wearPercent)}`),
      ...silent.map((it) => `${it}: tells nothing`),
    ];
    const failing = disks.filter((it) => it.isFailing).map((it) => it.name);
    if (failing.length > 0) {
      return fail({
        expected,
        found: `${failing.join(", ")} ${failing.length === 1 ? "says" : "say"} of itself that it is failing`,
        remediation: `Replace the disk before setup; what it says: sudo smartctl --all /dev/${failing[0]}`,
        evidence,
      });
    }
    const worn = disks.filter((it) => (it.wearPercent ?? 0) > WORN_PERCENT);
    const [first] = worn;
    if (first === undefined) return pass({ expected, found: evidence.join("; "), evidence });
    return warn({
      expected,
      found: worn.map((it) => `${it.name} is worn to ${it.wearPercent} %`).join(", "),
      remediation: `Plan to replace the disk; what it says: sudo smartctl --all /dev/${first.name}`,
      evidence,
    });
  },
};

function wear(percent: number | undefined): string {
  return percent === undefined ? "" : `, ${percent} % worn`;
}
