import type { Check } from "../preflight/mod.ts";
import { fail, pass } from "../preflight/outcome.ts";
import { durationText } from "../text/duration.ts";
import { utcMinute } from "../text/utc_time.ts";
import { backupHours, foldBackup } from "./backup.ts";
import { releasesOf, targetOf, type UpdateContext } from "./context.ts";

const HOUR_MS = 3_600_000;

/** A release that changes data for good may ask for a fresh backup. Who goes on without one does so knowingly, and it is recorded. */
export function backupCheck(context: Pick<UpdateContext, "request" | "journal">): Check {
  return {
    id: "upd.backup",
    title: "Backup before the update",
    vantage: "agent",
    overridable: true,
    run({ clock }) {
      const hours = backupHours(releasesOf(context));
      if (hours === undefined) {
        return Promise.resolve(
          pass({ expected: "what the release asks for", found: "it asks for no backup" }),
        );
      }
      // Named with its release: who goes without a backup once has not said so of the next release.
      const { version } = targetOf(context).manifest;
      const expected = `a backup not older than ${hours} h`;
      const newest = foldBackup(context.journal.entries());
      const ageMs = newest === undefined ? Infinity : clock.nowMs() - Date.parse(newest.at);
      const what = newest && `${utcMinute(newest.at)}, said by ${newest.by}`;
      if (ageMs <= hours * HOUR_MS) return Promise.resolve(pass({ expected, found: `of ${what}` }));
      return Promise.resolve(fail({
        expected,
        found: what === undefined
          ? `none is on record before ${version}`
          : `the newest is ${durationText(ageMs)} old (${what})`,
        remediation:
          "Take one, as a snapshot of this virtual machine in its hypervisor, then say so: sudo alga-agent update backup-taken. Or accept that there is none",
      }));
    },
  };
}
