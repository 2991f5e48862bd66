/*
 * Times are ISO 8601 texts of different precision ("…:00Z", "…:00.5Z", "…:00.123456Z"): as texts they do not compare.
 */

/** Milliseconds since 1970 of an ISO time; 0 when there is none, or it is none. */
export function timeMs(time: string | undefined): number {
  return time === undefined ? 0 : Date.parse(time) || 0;
}

/** The first of the times that there are. */
export function earliest(times: readonly (string | undefined)[]): string | undefined {
  return reduceKnown(times, (best, it) => timeMs(it) < timeMs(best));
}

/** The last of the times that there are. */
export function latest(times: readonly (string | undefined)[]): string | undefined {
  return reduceKnown(times, (best, it) => timeMs(it) > timeMs(best));
}

function reduceKnown(
  times: readonly (string | undefined)[],
  isBetter: (best: string, it: string) => boolean,
): string | undefined {
  return times.reduce(
    (best, it) => it === undefined ? best : best === undefined || isBetter(best, it) ? it : best,
    undefined,
  );
}
