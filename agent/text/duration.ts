/** "40 s", "12 min", "3 h": the age of a thing in words; never negative. */
export function durationText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  // In steps, so that a text does not change every second.
  if (seconds < 90) return `${seconds < 10 ? seconds : Math.floor(seconds / 10) * 10} s`;
  if (seconds < 5_400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

/** Milliseconds from an ISO time to now, 0 when there is none. */
export function ageMs(since: string | undefined, nowMs: number): number {
  return since === undefined ? 0 : Math.max(0, nowMs - Date.parse(since));
}
