import type { Check } from "../preflight/mod.ts";
import { fail, pass, warn } from "../preflight/outcome.ts";
import { durationText } from "../text/duration.ts";
import { utcMinute } from "../text/utc_time.ts";
import { backupHours, foldBackup } from "./backup.ts";
import { releasesOf, targetOf, type UpdateContext } from "./context.ts";

const HOUR_MS = 3_600_000;
/** What is called fresh where no release asks for more. */
const USUAL_HOURS = 24;
/** A clock that is set right goes back by so much without anybody having been wrong about a day. */
const AHEAD_MS = 5 * 60_000;
const TAKE_ONE =
  "Take one, as a snapshot of this virtual machine in its hypervisor, then say so: sudo alga-agent update backup-taken";

/**
 * Whether there is a fresh backup. A release that changes data for good may ask for one: who goes on without it does so knowingly,
 * and it is recorded. Before any other release it is only said.
 */
export function backupCheck(context: Pick<UpdateContext, "request" | "journal">): Check {
  return {
    id: "state.backup",
    title: "Backup before the update",
    vantage: "agent",
    overridable: true,
    run({ clock }) {
      const asked = backupHours(releasesOf(context));
      const hours = asked ?? USUAL_HOURS;
      // Named with its release: who goes without a backup once has not said so of the next release.
      const { version } = targetOf(context).manifest;
      const expected = `a backup not older than ${hours} h`;
      const newest = foldBackup(context.journal.entries());
      const ageMs = newest === undefined ? Infinity : clock.nowMs() - Date.parse(newest.at);
      const what = newest && `${utcMinute(newest.at)}, said by ${newest.by}`;
      const isAhead = ageMs < -AHEAD_MS;
      if (!isAhead && ageMs <= hours * HOUR_MS) {
        return Promise.resolve(pass({ expected, found: `of ${what}` }));
      }
      const found = what === undefined
        ? `none is on record before ${version}`
        : isAhead
        ? `the newest is of a time that is yet to come (${what}): the clock was wrong then, and its age is not known`
        : `the newest is ${durationText(ageMs)} old (${what})`;
      return Promise.resolve(
        asked === undefined
          ? warn({ expected, found, remediation: TAKE_ONE })
          : fail({ expected, found, remediation: `${TAKE_ONE}. Or accept that there is none` }),
      );
    },
  };
}
