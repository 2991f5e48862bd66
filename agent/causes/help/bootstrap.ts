import { BOOTSTRAP_JOB, NAMESPACES } from "../../product/names.ts";
import type { BOOTSTRAP } from "../bootstrap.ts";
import { logs, resetRelease, RETRY_SETUP } from "./commands.ts";
import type { HelpOf } from "./help_shape.ts";

const JOB_LOG = logs({ namespace: NAMESPACES.app, workload: `job/${BOOTSTRAP_JOB}` });
const JOB = `sudo k3s kubectl -n ${NAMESPACES.app} get jobs,pods`;
const KEEP = "Do not empty the database to begin again, unless nothing in it is needed.";

/** Help for the first-time setup of the database. */
export const BOOTSTRAP_HELP = {
  "app.bootstrap-running": {
    title: "The database is being prepared",
    meaning:
      "The first-time setup makes the tables of Alga, then the company and its administrator. Nobody can log in before it has ended.",
    signs: [
      { see: "Its log goes on from minute to minute.", run: JOB_LOG },
      { see: "See what else is still starting; the company is made through the workflow engine.", run: JOB },
    ],
    steps: [{
      do: "Wait. It goes on by itself.",
      wait: "It usually takes five to fifteen minutes, on a slow disk longer.",
    }],
    never: [
      "Do not restart the machine or the database now: a change of tables would be cut off in the middle.",
    ],
    data: "The database is being filled.",
  },
  "app.bootstrap-failed": {
    title: "The first-time setup of the database failed",
    meaning:
      "It was tried several times and ended with an error each time. What it has done so far is kept; the next try goes on from there.",
    signs: [
      {
        see: "Its last error lines tell where it stopped. The log is kept for a few minutes only.",
        run: JOB_LOG,
      },
      { see: "See whether the parts that it needs run: database, cache, workflow engine.", run: JOB },
    ],
    steps: [
      {
        do:
          "First fix what the error lines name, if it is on this machine: disk, memory, a part that does not run.",
        open: "status",
      },
      { do: "Have it tried again.", run: resetRelease("alga-core") },
      { do: "If it fails again, report it.", ask: "alga-support", also: JOB_LOG },
    ],
    never: [KEEP],
    data: "The database. What was filled in so far stays.",
  },
  "app.migration-failed": {
    title: "A change of the database failed",
    meaning:
      "A release changes the tables of the database in numbered steps. One of them failed or was cut off. Some tables may be new and others old.",
    signs: [
      {
        see:
          'Look for "Migration failed", "already exists" or "Migration table is already locked", and for the name of the step.',
        run: JOB_LOG,
      },
    ],
    steps: [
      { do: "Stop here. Make a copy of the virtual disk as it is.", at: "hypervisor" },
      { do: "Have the step looked at before anything is tried again.", ask: "alga-support", also: JOB_LOG },
    ],
    never: [
      "Do not try again: a step that ran half would run on top of itself.",
      "Do not go back to an older release: it does not know the new tables.",
      'Do not delete a table or a lock by hand, also where the error says "already exists".',
    ],
    data: "The database. Some tables may be changed and others not; no data were deleted on purpose.",
    retry: "A step that ran half would run on top of itself.",
  },
  "app.seed-guard": {
    title: "The database is filled already",
    meaning:
      "The first-time setup found data and is set to refuse them, so that nothing is written over them. That happens when a machine is set up again with its old data.",
    signs: [{ see: 'The log says that existing data were detected, and "fresh".', run: JOB_LOG }],
    steps: [
      {
        do: "While setup is not over, try again: it sets the mode that keeps existing data.",
        run: RETRY_SETUP,
      },
      { do: "Afterwards, report it: the release has to be told to keep them.", ask: "alga-support" },
    ],
    never: [KEEP],
    data: "The database. Nothing in it was changed.",
  },
} satisfies HelpOf<typeof BOOTSTRAP>;
