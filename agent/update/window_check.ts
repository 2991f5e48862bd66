import type { Check } from "../preflight/mod.ts";
import { fail, pass } from "../preflight/outcome.ts";
import { zonedMinute } from "../text/zoned_time.ts";
import type { UpdateContext } from "./context.ts";
import { windowAt, windowText } from "./maintenance_window.ts";

/** An update begins while the maintenance window is open, if there is one. Who knows what people are doing may accept another time. */
export function windowCheck(context: UpdateContext): Check {
  return {
    id: "upd.window",
    title: "Maintenance window",
    vantage: "agent",
    overridable: true,
    async run({ clock }) {
      const found = await context.window();
      if (!found) return pass({ expected: "updates may begin now", found: "no window is set" });
      const { window, timeZone } = found;
      const expected = `now is within the window, ${windowText(window)} (${timeZone})`;
      const { isOpen, span } = windowAt(window, { timeZone, nowMs: clock.nowMs() });
      if (isOpen) return pass({ expected, found: `it is open until ${zonedMinute(span.endMs, timeZone)}` });
      return fail({
        expected,
        found: `it is closed until ${zonedMinute(span.startMs, timeZone)}`,
        remediation:
          "Wait for the window, or change it (sudo alga-agent channel show). Accept it where nobody needs Alga now: people cannot log in for some minutes",
      });
    },
  };
}
