import type { Finding } from "./verify_release.ts";

/** A finding as a person reads it, with what to do where something is wrong. */
export function findingText({ what, ok, problem, nextStep }: Finding): string {
  return ok ? `ok      ${what}\n` : `FAILED  ${what}: ${problem}\n        → ${nextStep}\n`;
}

/** Why a channel stays where it is, below what was found. */
export function notMovedText(channel: string): string {
  return `"${channel}" was not moved: appliances would meet what is named above\n`;
}
