import { NAMESPACES } from "../../product/names.ts";
import type { CONFIG } from "../config.ts";
import { describePods, LOOK_AGAIN, RETRY_SETUP } from "./commands.ts";
import type { HelpOf } from "./help_shape.ts";

const NONE = "None. The part has not started.";

/** Help for containers that cannot be made as they are described. */
export const CONFIG_HELP = {
  "cfg.missing-secret": {
    title: "A part cannot start: a setting is missing",
    meaning: (w) =>
      `It needs ${
        w.missing ?? "a secret or a setting"
      } from Kubernetes, which was not created or was deleted.`,
    signs: [
      { see: "Its events name what was not found.", run: describePods },
      {
        see: "These are there. Only names are shown, no values.",
        run: `sudo k3s kubectl -n ${NAMESPACES.app} get secrets,configmaps`,
      },
    ],
    steps: [
      {
        do: "While setup is not over, try again: it adds what is missing and keeps what exists.",
        run: RETRY_SETUP,
      },
      { do: "Afterwards, have the installer look at once instead of within five minutes.", run: LOOK_AGAIN },
      { do: "If it stays, report it.", ask: "alga-support" },
    ],
    never: [
      "Do not make the secret by hand: a password that does not fit what is stored locks the database.",
      "Do not delete other secrets so that all are made again: Alga's data can only be read with the old ones.",
    ],
    data: NONE,
  },
  "cfg.container": {
    title: "A part cannot start as the release describes it",
    meaning:
      "The container could not be made, or the command that runs right after its start failed. Both are written in the release.",
    signs: [{ see: "Its events have the whole message.", run: describePods }],
    steps: [{ do: "Report it. Only the release can be changed.", ask: "alga-support" }],
    never: ["Do not change the part by hand: the installer (Flux) puts it back."],
    data: NONE,
  },
  "cfg.service-links": {
    title: "A part cannot start: two settings collide",
    meaning:
      "Kubernetes hands each part the addresses of its neighbours as settings. One of them has the name of a setting of this part, with a value that it cannot read.",
    signs: [{ see: 'Its last lines have "tcp://" in them, where a number is expected.', run: describePods }],
    steps: [{
      do: "Report it. The release has to switch these settings off (enableServiceLinks: false).",
      ask: "alga-support",
    }],
    never: ["Do not rename a service: other parts look for it by its name."],
    data: NONE,
  },
} satisfies HelpOf<typeof CONFIG>;
