import { NAMESPACES } from "../../product/names.ts";
import type { CONFIG } from "../config.ts";
import {
  ALL_PODS,
  describePods,
  events,
  LOOK_AGAIN,
  RELEASES,
  resetRelease,
  RETRY_SETUP,
  VOLUMES,
} from "./commands.ts";
import type { HelpOf, HelpStep, Whereabouts } from "./help_shape.ts";

const NONE = "None. The part has not started.";
const NOT_LESS = "Do not change what a part asks for by hand: the installer (Flux) puts it back.";
const WEBHOOKS = "sudo k3s kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations";
const inNamespace = (w: Partial<Whereabouts>) => `sudo k3s kubectl -n ${w.namespace ?? NAMESPACES.app}`;
/** Kubernetes asks again after longer and longer breaks. */
const WAIT_AFTER_REFUSAL: HelpStep<unknown> = {
  do: "Wait. The part then starts by itself.",
  wait: "The next try comes within a quarter of an hour.",
};

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
  "cfg.quota": {
    title: "A part may not start: a quota of the cluster is used up",
    meaning:
      "Somebody set a limit on what may run in a namespace (ResourceQuota). Alga brings none. What runs already uses it up, so Kubernetes makes nothing new.",
    signs: [
      {
        see: "See which quotas there are, and how much of each is used.",
        run: "sudo k3s kubectl describe resourcequotas -A",
      },
      { see: 'The events say "exceeded quota".', run: events },
    ],
    steps: [
      {
        do: "Raise what it allows, or take out what nobody needs. NAME is its name in the list.",
        run: (w) => `${inNamespace(w)} edit resourcequota NAME`,
      },
      WAIT_AFTER_REFUSAL,
    ],
    never: [NOT_LESS],
    data: NONE,
  },
  "cfg.limits": {
    title: "A part may not start: a limit of the cluster forbids its size",
    meaning:
      "Somebody set limits on the memory or processor power of each part of a namespace (LimitRange). Alga brings none. This part needs more, or less, than they allow.",
    signs: [
      { see: "See which limits there are.", run: "sudo k3s kubectl describe limitranges -A" },
      { see: 'The events say "forbidden" and name the limit.', run: events },
    ],
    steps: [
      {
        do: "Change the limits, or take out those that nobody needs. NAME is their name in the list.",
        run: (w) => `${inNamespace(w)} edit limitrange NAME`,
      },
      WAIT_AFTER_REFUSAL,
    ],
    never: [NOT_LESS],
    data: NONE,
  },
  "cfg.webhook": {
    title: "A part may not start: another program in the cluster refuses it",
    meaning: (w) =>
      `A program that was added to the cluster is asked before anything is made (an admission webhook${
        w.rule === undefined ? "" : `, ${w.rule}`
      }). It refuses this part, or does not answer. Alga brings no such program.`,
    signs: [
      { see: "The events name the webhook and what it said.", run: events },
      { see: "These are asked. See which of them is not yours.", run: WEBHOOKS },
    ],
    steps: [
      { do: "If its program does not run, start it again. See what is not Running.", run: ALL_PODS },
      {
        do:
          'If its program is gone for good, set its failurePolicy to "Ignore": it is then not waited for. KIND and NAME stand in the list above.',
        run: "sudo k3s kubectl edit KIND NAME",
      },
      {
        do: "If it belongs to your site, have this part allowed.",
        ask: "network-admin",
        send: (w) =>
          `The admission webhook ${w.rule ?? ""} refuses parts of Alga in the namespace ${
            w.namespace ?? NAMESPACES.app
          }. Please exempt that namespace.`.replace("  ", " "),
      },
      WAIT_AFTER_REFUSAL,
    ],
    never: ["Do not remove a webhook of which you do not know what it guards: ask first who added it."],
    data: NONE,
  },
  "cfg.pod-security": {
    title: "A part may not start: a security rule of the cluster forbids it",
    meaning:
      "Somebody marked a namespace so that only parts with few rights may run there (PodSecurity). This part needs more than that.",
    signs: [
      {
        see: 'The rule is a label that begins with "pod-security.kubernetes.io".',
        run: "sudo k3s kubectl get namespaces --show-labels",
      },
      { see: 'The events say "violates PodSecurity" and why.', run: events },
    ],
    steps: [
      {
        do: "Take the rule away from that namespace.",
        run: (w) =>
          `sudo k3s kubectl label namespace ${
            w.namespace ?? NAMESPACES.app
          } pod-security.kubernetes.io/enforce-`,
      },
      WAIT_AFTER_REFUSAL,
    ],
    never: ["Do not change the rights of the part by hand: the installer (Flux) puts them back."],
    data: NONE,
  },
  "cfg.missing-account": {
    title: "A part may not start: its service account is missing",
    meaning:
      "Each part runs under an account of Kubernetes that the release brings. This one was deleted, or has not come yet.",
    signs: [
      { see: "The events name the account.", run: events },
      { see: "These are there.", run: (w) => `${inNamespace(w)} get serviceaccounts` },
    ],
    steps: [
      { do: "Have the installer look at once instead of within five minutes.", run: LOOK_AGAIN },
      { do: "See which part of the release brings it.", run: RELEASES },
      {
        do: "Have that part try once more. NAME is that of the part in the list.",
        run: resetRelease(undefined),
      },
      { do: "If it stays, report it.", ask: "alga-support", also: events },
    ],
    never: ["Do not make the account by hand: it would lack the rights that the part needs."],
    data: NONE,
  },
  "cfg.namespace-ending": {
    title: "A namespace is being deleted",
    meaning:
      "Kubernetes was told to delete a namespace, and takes away what is in it, piece by piece. Nothing new can be made there. Alga never does this by itself.",
    signs: [
      { see: 'The state is "Terminating".', run: "sudo k3s kubectl get namespaces" },
      { see: "Volumes that are still there.", run: VOLUMES },
    ],
    steps: [
      { do: "Make a copy of the virtual disk, while the data are there.", at: "hypervisor" },
      {
        do: "Report it, before anything is tried.",
        ask: "alga-support",
        also: "sudo k3s kubectl get namespaces",
      },
    ],
    never: [
      "Do not take the marks off that hold it up (finalizers): what they protect would be deleted.",
    ],
    data: "Everything in the namespace, and the volumes that belong to it.",
    retry: "What setup makes in it would be deleted too, and hides what is left of the data.",
  },
  "cfg.pod-refused": {
    title: "A part may not start: Kubernetes refuses to make it",
    meaning: "Kubernetes gives a reason that is not among the known ones. The events have its own words.",
    signs: [
      { see: 'Look for "FailedCreate".', run: events },
      { see: "See whether another program has a say in what is made.", run: WEBHOOKS },
    ],
    steps: [{ do: "Report it, with the events.", ask: "alga-support", also: events }],
    never: ["Do not change the part by hand: the installer (Flux) puts it back."],
    data: NONE,
  },
} satisfies HelpOf<typeof CONFIG>;
