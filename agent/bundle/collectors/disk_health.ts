import { errorText } from "../../error.ts";
import type { Collector } from "../collector.ts";
import { addProgram } from "../from_host.ts";

const MOST_DISKS = 16;

/** What disks tell of their own health. Without what they are called: that has serial numbers. @see smartctl(8) */
export const DISK_HEALTH: Collector = {
  id: "host.smart",
  title: "Health of disks",
  async collect(tools) {
    const { host, signal } = tools;
    let scan: string;
    try {
      scan = (await host.run(["smartctl", "--scan"], { timeoutMs: 5_000, signal })).stdout;
    } catch (error) {
      return tools.absent(`smartctl (${errorText(error)})`);
    }
    const disks = [...scan.matchAll(/^(\/dev\/([\w-]{1,40})) -d ([\w,+-]{1,40})/gm)];
    if (disks.length === 0) tools.absent("disks that tell of their health");
    for (const [, device = ""] of disks.slice(MOST_DISKS)) {
      tools.missing(device, `the first ${MOST_DISKS} disks are asked`);
    }
    await Promise.all(
      disks.slice(0, MOST_DISKS).map(([, device = "", name = "", type = ""]) =>
        addProgram(tools, {
          path: `host/smart-${name}.txt`,
          argv: ["smartctl", "-d", type, "--health", "--attributes", device],
          tellsByCode: true,
        })
      ),
    );
  },
};
