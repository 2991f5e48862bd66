/** Headers of an answer that grows. nginx and those that took its header over would hold it back otherwise. */
export const GROWING_HEADERS = { "cache-control": "no-store", "x-accel-buffering": "no" } as const;
