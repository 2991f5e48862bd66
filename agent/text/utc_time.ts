/** "14:02:10 UTC" of an ISO time. */
export function utcTime(iso: string): string {
  return `${iso.slice(11, 19)} UTC`;
}

/** "2026-11-21 14:02 UTC" of an ISO time. */
export function utcMinute(iso: string): string {
  return `${iso.slice(0, 16).replace("T", " ")} UTC`;
}

/** "2026-11-21" in UTC; "unknown" for what is not a time. */
export function utcDay(ms: number): string {
  return Number.isNaN(ms) ? "unknown" : new Date(ms).toISOString().slice(0, 10);
}
