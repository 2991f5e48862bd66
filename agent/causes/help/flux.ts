import { NAMESPACES } from "../../product/names.ts";
import type { FLUX } from "../flux.ts";
import { FLUX_PARTS, LOOK_AGAIN, PODS, RELEASES, resetRelease, RETRY_SETUP } from "./commands.ts";
import type { HelpOf } from "./help_shape.ts";

interface Part {
  part?: string;
}

const NONE = "None. What is installed goes on.";
const NOT_DELETE =
  "Do not delete a part of the release (kustomization, helmrelease): Flux would remove what it brought, data too.";
const NOT_UNINSTALL = "Do not run helm uninstall: it removes what runs.";
const OF_NAME = "NAME is that of the part in the list.";
const again = (w: Part) => resetRelease(w.part);
const detail = (w: Part) =>
  `sudo k3s kubectl -n ${NAMESPACES.settings} describe helmrelease ${w.part ?? ""}`.trimEnd();

/** Help for parts of the release that the installer (Flux) does not get on with. */
export const FLUX_HELP = {
  "flux.build": {
    title: "The release has faulty content",
    meaning:
      "The installer (Flux) read the release and cannot use a part of it. Nothing on this machine causes that.",
    signs: [{ see: "The column STATUS has the message.", run: FLUX_PARTS }],
    steps: [
      {
        do: "While setup is not over, leave the override of the release empty, or choose another.",
        open: "setup",
      },
      { do: "Report it.", ask: "alga-support", also: FLUX_PARTS },
    ],
    never: [NOT_DELETE],
    data: NONE,
  },
  "flux.health-check": {
    title: "A part of the release did not become healthy",
    meaning:
      "The installer (Flux) put the part in place, waited for it, and gave up waiting. It looks again by itself. The reason lies in the part.",
    signs: [
      { see: "The column STATUS names what it waited for.", run: FLUX_PARTS },
      { see: "See which pod is not ready.", run: PODS },
    ],
    steps: [
      { do: "See whether another cause stands beside it: that one comes first.", open: "status" },
      { do: "Wait, if a download is under way.", wait: "It looks again within a few minutes." },
      { do: "If it stays, report it.", ask: "alga-support", also: FLUX_PARTS },
    ],
    never: [NOT_DELETE],
    data: NONE,
  },
  "flux.dependency": {
    title: "A part of the release waits for another",
    meaning: "Parts are installed one after the other. This one comes later, and its turn has not come.",
    signs: [{ see: "The column STATUS names what it waits for.", run: FLUX_PARTS }],
    steps: [
      { do: "Wait. It goes on by itself.", wait: "As long as the part before it takes." },
      { do: "If it lasts, see what is wrong with the part before it.", open: "status" },
    ],
    never: [NOT_DELETE],
    data: NONE,
  },
  "flux.suspended": {
    title: "The installation of a part is paused",
    meaning:
      "Somebody, or an update that was interrupted, told the installer (Flux) to leave this part alone. What runs goes on, and is not changed.",
    signs: [
      {
        see: "Paused parts say so here (suspend: true).",
        run:
          `sudo k3s kubectl get helmreleases,kustomizations -A -o custom-columns=KIND:.kind,WHICH:.metadata.name,PAUSED:.spec.suspend`,
      },
    ],
    steps: [
      {
        do: "Ask whoever works on this machine whether the reason is gone.",
        wait: "As long as the work takes.",
      },
      {
        do:
          'Let the paused releases of Alga go on. The button "Let them go on" on the page Updates does the same; where an update was left, that goes on and lets them go.',
        run: "sudo alga-agent update resume",
      },
      {
        do: `If it is a release of somebody else's, resume it by this. ${OF_NAME}`,
        run: (w) =>
          `sudo k3s kubectl -n ${NAMESPACES.settings} patch helmrelease ${
            w.part ?? "NAME"
          } --type=merge --field-manager=flux-client-side-apply -p '{"spec":{"suspend":null}}'`,
      },
      {
        do: `If it is a kustomization, resume it by this. ${OF_NAME}`,
        run: (w) =>
          `sudo k3s kubectl -n ${NAMESPACES.flux} patch kustomization ${
            w.part ?? "NAME"
          } --type=merge --field-manager=flux-client-side-apply -p '{"spec":{"suspend":null}}'`,
      },
    ],
    never: ["Do not resume it amid an update: values and program would come apart.", NOT_DELETE],
    data: NONE,
  },
  "flux.stalled": {
    title: "The installer gave up on a part",
    meaning:
      "The installer (Flux) tried to install the part and failed. It does not try again by itself, so that a faulty change is not repeated.",
    signs: [
      { see: "READY is False; the message tells the last failure.", run: RELEASES },
      { see: "Everything that it tells of the part, events at the end.", run: detail },
    ],
    steps: [
      { do: "First fix what stands beside it as a cause of its own.", open: "status" },
      {
        do: "If the pods of the part are well by now, wait: the appliance has it tried again by itself.",
        wait: "It looks every few minutes.",
      },
      { do: `Else have it tried again. ${OF_NAME}`, run: again },
      { do: "If it fails again, report it.", ask: "alga-support", also: detail },
    ],
    never: [NOT_DELETE, NOT_UNINSTALL],
    data: NONE,
  },
  "flux.helm-pending": {
    title: "An earlier installation of a part was cut off",
    meaning:
      "A power cut or a restart came amid an installation. Its record still says that it is under way, or that it was never brought to its end, so a new one has to wait.",
    signs: [{
      see: 'The message has "another operation is in progress", "pending" or "has no deployed releases".',
      run: RELEASES,
    }],
    steps: [
      { do: "Wait. The next try puts it right.", wait: "It takes some minutes." },
      { do: `If it stays, have it tried again. ${OF_NAME}`, run: again },
      { do: "If that does not help, report it.", ask: "alga-support", also: detail },
    ],
    never: [
      "Do not delete the secrets that begin with sh.helm.release: they are the installer's memory.",
      NOT_UNINSTALL,
    ],
    data: NONE,
  },
  "flux.helm-timeout": {
    title: "The installation of a part took too long",
    meaning: "The part was installed and did not become ready in time. No deeper cause is known.",
    signs: [
      { see: "Everything that is told of the part, events at the end.", run: detail },
      { see: "See which pod is not ready.", run: PODS },
    ],
    steps: [
      {
        do: "If its pods are well by now, wait: the appliance has it tried again by itself.",
        wait: "It looks every few minutes.",
      },
      { do: `Else have it tried again. ${OF_NAME}`, run: again },
      { do: "If it fails again, report it.", ask: "alga-support", also: detail },
    ],
    never: [NOT_DELETE, NOT_UNINSTALL],
    data: NONE,
  },
  "flux.values": {
    title: "The installer cannot read the settings of a part",
    meaning:
      "The agent writes what the installer (Flux) needs to know for each part into Kubernetes. That of this part was deleted, or somebody changed it so that it cannot be read.",
    signs: [
      { see: "READY is False; the message names the settings.", run: RELEASES },
      {
        see: "Each part has settings here, appliance-values and its name.",
        run: `sudo k3s kubectl -n ${NAMESPACES.settings} get configmaps`,
      },
    ],
    steps: [
      { do: "While setup is not over, try again: it writes them again.", run: RETRY_SETUP },
      {
        do: `Afterwards, have the part tried again: its settings are then written again. ${OF_NAME}`,
        run: again,
      },
      { do: "If it fails again, report it.", ask: "alga-support", also: detail },
    ],
    never: ["Do not write the settings by hand: the next change of settings replaces them.", NOT_DELETE],
    data: NONE,
  },
  "flux.crd-missing": {
    title: "The installer is only partly there",
    meaning:
      "Kubernetes does not know a kind of object that the installer (Flux) needs. Its installation was cut off, or something removed a part of it.",
    signs: [{
      see: "Names that end with toolkit.fluxcd.io should be listed.",
      run: "sudo k3s kubectl get customresourcedefinitions",
    }],
    steps: [
      { do: "While setup is not over, try again: it adds what is missing.", run: RETRY_SETUP },
      {
        do: "Afterwards, report it.",
        ask: "alga-support",
        also: "sudo k3s kubectl get customresourcedefinitions",
      },
    ],
    never: [
      "Do not delete definitions of Flux (crd): with each, all objects of its kind are deleted, and with them Alga.",
      NOT_DELETE,
    ],
    data: NONE,
  },
  "flux.not-ready": {
    title: "A part of the release is not ready",
    meaning:
      "The installer (Flux) has been busy with this part for longer than it may take, or is not content with it, and gives no reason that is known.",
    signs: [
      { see: "The columns READY and STATUS tell how it stands.", run: [FLUX_PARTS, RELEASES] },
      { see: "See what does not run.", run: PODS },
    ],
    steps: [
      { do: "Have the installer look at once.", run: LOOK_AGAIN },
      { do: `If a part of the second list is not ready, have it try once more. ${OF_NAME}`, run: again },
      { do: "If it stays, report it.", ask: "alga-support", also: FLUX_PARTS },
    ],
    never: [NOT_DELETE, NOT_UNINSTALL],
    data: NONE,
  },
} satisfies HelpOf<typeof FLUX>;
