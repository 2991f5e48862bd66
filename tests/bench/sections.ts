import type { Section } from "./section.ts";
import { bundleSection } from "./sections/bundle.ts";
import { changeSection } from "./sections/change.ts";
import { clusterSection } from "./sections/cluster.ts";
import { evaluateSection } from "./sections/evaluate.ts";
import { hostileSection } from "./sections/hostile.ts";
import { machineSection } from "./sections/machine.ts";
import { memorySection } from "./sections/memory.ts";
import { pagesSection } from "./sections/pages.ts";
import { startSection } from "./sections/start.ts";
import { throughputSection } from "./sections/throughput.ts";

/** All themes in running order. A theme that needs more than the simulated world stands in ON_REQUEST. */
export const SECTIONS: readonly Section[] = [
  startSection,
  evaluateSection,
  pagesSection,
  memorySection,
  throughputSection,
  changeSection,
];

/** Run only when asked for by name (`deno task bench -- cluster`). */
export const ON_REQUEST: readonly Section[] = [clusterSection, hostileSection, bundleSection, machineSection];
