import { DOWNLOADS } from "./downloads.ts";
import { HEARD_INSTALLERS } from "./heard_installers.ts";
import { HEARD_PLACES } from "./heard_places.ts";
import { HEARD_PROGRAMS } from "./heard_programs.ts";
import { HEARD_PULLS } from "./heard_pulls.ts";
import { HEARD_SERVICES } from "./heard_services.ts";
import { HEARD_STARTS } from "./heard_starts.ts";
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
  ...HEARD_PULLS,
  ...HEARD_STARTS,
  ...HEARD_PLACES,
  ...HEARD_INSTALLERS,
  ...HEARD_PROGRAMS,
  ...HEARD_SERVICES,
];
