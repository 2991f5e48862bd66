import { NAMESPACES } from "../../product/names.ts";
import type { SOURCE } from "../source.ts";
import { CHECKS, LOOK_AGAIN } from "./commands.ts";
import type { HelpOf } from "./help_shape.ts";

const SOURCE_STATE = `sudo k3s kubectl -n ${NAMESPACES.flux} describe ocirepository alga-appliance`;
const NONE = "None. What is installed goes on.";
const NOT_DELETE =
  "Do not delete the objects named alga-appliance in flux-system: Flux would remove Alga with its data.";

/** Help for where the release comes from. */
export const SOURCE_HELP = {
  "flux.source-auth": {
    title: "No permission to read the release",
    meaning:
      "The registry refuses the release without a login, or it does not exist there. Releases of Alga need no login.",
    signs: [{ see: 'The message below "Status" says "denied", "unauthorized" or 403.', run: SOURCE_STATE }],
    steps: [
      {
        do: "Check which release was chosen, while setup is not over: the override must be empty or exact.",
        open: "setup",
      },
      { do: "If it is right, report it.", ask: "alga-support", also: SOURCE_STATE },
    ],
    never: [
      NOT_DELETE,
      "Do not enter a login of your own: what others published under that name is not Alga's.",
    ],
    data: NONE,
  },
  "flux.source-tls": {
    title: "The connection to the release source is not trusted",
    meaning:
      "Something between the installer (Flux) and the registry shows a certificate of its own. The installer runs in the cluster and does not know the authorities of this machine.",
    signs: [
      { see: 'The message below "Status" has "x509" in it.', run: SOURCE_STATE },
      {
        see: "The issuer is not that of the registry, but of your own site or of a security product.",
        run:
          "openssl s_client -connect ghcr.io:443 -servername ghcr.io </dev/null 2>/dev/null | openssl x509 -noout -issuer",
      },
    ],
    steps: [
      {
        do: "Have the registry taken out of the inspection. That is the only way for parts in the cluster.",
        ask: "network-admin",
        send:
          "Please do not inspect TLS of this machine to ghcr.io and *.githubusercontent.com, TCP port 443.",
      },
      { do: "Have the installer look again at once.", run: LOOK_AGAIN },
    ],
    never: [
      "Do not switch the check of certificates off (insecure): then anybody on the way could install programs here.",
      NOT_DELETE,
    ],
    data: NONE,
  },
  "flux.source-notfound": {
    title: "The chosen release does not exist",
    meaning: "The registry answered, and has no such release, or has it no more.",
    signs: [{ see: 'The message below "Status" says "MANIFEST_UNKNOWN" or "not found".', run: SOURCE_STATE }],
    steps: [
      {
        do: "While setup is not over, leave the override of the release empty, or enter one that exists.",
        open: "setup",
      },
      { do: "Afterwards, report it.", ask: "alga-support", also: SOURCE_STATE },
    ],
    never: [NOT_DELETE],
    data: NONE,
  },
  "flux.source-failed": {
    title: "The release cannot be read",
    meaning:
      "The installer (Flux) could not fetch the release, for a reason that is not among the known ones. It tries again by itself.",
    signs: [{ see: 'The message below "Status" tells what it met.', run: SOURCE_STATE }],
    steps: [
      { do: "See whether the registry can be reached. The checks change nothing.", run: CHECKS },
      { do: "Have the installer look again at once.", run: LOOK_AGAIN },
      { do: "If it stays, report it.", ask: "alga-support", also: SOURCE_STATE },
    ],
    never: [NOT_DELETE],
    data: NONE,
  },
  "flux.verify": {
    title: "The signature of the release is not valid",
    meaning:
      "A release carries a signature of its publisher. This one has none that fits: it is damaged, or somebody changed it. It was not installed.",
    signs: [{ see: 'The message below "Status" has "verify" or "signature" in it.', run: SOURCE_STATE }],
    steps: [
      {
        do: "Report it before you do anything else with this release.",
        ask: "alga-support",
        also: SOURCE_STATE,
      },
      {
        do: "Look whether something on the way changes downloads. The checks name issuers and answers.",
        run: CHECKS,
      },
    ],
    never: [
      "Do not switch the check of signatures off.",
      "Do not choose the same release by another name.",
      NOT_DELETE,
    ],
    data: "None. Nothing of it was installed.",
    retry: "A release that somebody changed must not be installed at all.",
  },
} satisfies HelpOf<typeof SOURCE>;
