import type { View } from "../model.ts";
import type { Body, Room } from "./body.ts";

const TEXT = {
  accept: [
    "Accept everything that was found, and install?",
    "What was found may keep Alga from working. That you accepted it is written down and shown.",
  ],
  reboot: ["Reboot this machine?", "Alga is away for some minutes. Setup goes on by itself afterwards."],
  poweroff: [
    "Power this machine off?",
    "Alga is away until somebody starts the machine again, at the machine itself.",
  ],
} as const;

/** Asks before the machine goes away. */
export function confirmBody({ what }: Extract<View, { name: "confirm" }>, _: Room): Body {
  const [question, text] = TEXT[what];
  return { lines: ["", `  ${question}`, "", `  ${text}`], keys: ["y Yes", "Esc No"] };
}
