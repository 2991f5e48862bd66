import { DOWNLOADS } from "./downloads.ts";
import { INSTALLERS } from "./installers.ts";
import { MACHINES } from "./machines.ts";
import { OTHER_WORDS } from "./other_words.ts";
import { PROGRAMS } from "./programs.ts";
import { REPORTED } from "./reported.ts";
import { STARTS } from "./starts.ts";
import type { Relative } from "./relative.ts";

/** Relatives of what issue 12 names: other words of the same speakers, each with what is true of it. */
export const RELATIVES: readonly Relative[] = [
  ...DOWNLOADS,
  ...STARTS,
  ...MACHINES,
  ...INSTALLERS,
  ...PROGRAMS,
  ...OTHER_WORDS,
  ...REPORTED,
];
