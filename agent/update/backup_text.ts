import { utcMinute } from "../text/utc_time.ts";
import type { UpdateView } from "./update_service.ts";

/** What the target asks of backups, and which is on record; `undefined` where it asks for none. Pure. */
export function backupSentence(
  { backup: { newest, withinHours } }: Pick<UpdateView, "backup">,
): string | undefined {
  if (withinHours === undefined) return undefined;
  const where = newest?.note === undefined ? "" : ` (${newest.note})`;
  const found = newest === undefined
    ? "none is on record"
    : `the newest on record is of ${utcMinute(newest.at)}, said by ${newest.by}${where}`;
  return `the update asks for a backup not older than ${withinHours} h; ${found}`;
}
