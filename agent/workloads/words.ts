import type { StateCode } from "./state.ts";

/** A state in a few words; completes "it is …" or stands alone. */
export const STATE_WORD: Record<StateCode, string> = {
  running: "running",
  done: "done",
  starting: "starting",
  preparing: "preparing",
  ending: "ending",
  stopped: "stopped",
  "no-place": "no place to run",
  "no-image": "image cannot be fetched",
  "no-settings": "settings are missing",
  "cannot-start": "cannot start",
  crashing: "stops again and again",
  "not-ready": "not ready",
  "no-pod": "too few pods",
  failed: "failed",
  evicted: "evicted",
  unknown: "not known",
};

/** The same as a sentence about something; begins after its name. */
export const STATE_SENTENCE: Record<StateCode, string> = {
  running: "is running",
  done: "has done its work",
  starting: "is starting",
  preparing: "is preparing its start",
  ending: "is ending",
  stopped: "is stopped by choice",
  "no-place": "waits for a place to run",
  "no-image": "waits for an image that cannot be fetched",
  "no-settings": "waits for settings that are missing",
  "cannot-start": "cannot start",
  crashing: "stops again and again",
  "not-ready": "runs but does not say that it is ready",
  "no-pod": "has too few pods",
  failed: "has failed and is not started again",
  evicted: "was evicted and is not started again",
  unknown: "cannot be asked how it is",
};

/** "0.25 CPU"; "0.01 CPU" is the least that is told. */
export function cpuText(cores: number): string {
  return `${cores === 0 ? "0" : Math.max(cores, 0.01).toFixed(cores < 10 ? 2 : 0)} CPU`;
}

/** Why a container ended before, in the kubelet's words, as people say it. */
export function endText(reason: string, exitCode: number | null): string {
  const code = exitCode === null ? "" : ` (exit code ${exitCode})`;
  switch (reason) {
    case "OOMKilled":
      return `out of memory${code}`;
    case "Completed":
      return `ended by itself${code}`;
    case "Error":
    case "":
      return exitCode === null ? "ended" : `ended with exit code ${exitCode}`;
    case "Unknown":
    case "ContainerStatusUnknown":
      return "the machine went down";
    default:
      return `${reason}${code}`;
  }
}
