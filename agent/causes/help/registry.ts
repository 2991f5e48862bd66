import type { REGISTRY } from "../registry.ts";
import { CHECKS, PODS, STATUS } from "./commands.ts";
import type { HelpOf } from "./help_shape.ts";

const NONE = "None. Downloads wait; parts that run go on.";

/** Help for registries that answer and do not give. */
export const REGISTRY_HELP = {
  "reg.ratelimit": {
    title: "The registry limits downloads from this site",
    meaning: (w) =>
      `${
        w.server ?? "The registry"
      } counts downloads by the address that they come from, and yours has had its share (answer 429). All machines behind the same address count together.`,
    signs: [{ see: 'The message has "429" or "toomanyrequests" in it.', run: PODS }],
    steps: [
      {
        do: "Wait. The next tries follow by themselves.",
        wait: "The limit usually ends within a few hours.",
      },
      {
        do:
          "If it comes back, have this site ask for less: a mirror of the registry, or an address of its own for this machine.",
        ask: "network-admin",
        send:
          "Downloads of this machine from docker.io are refused with 429. Which other machines share its public address, and is there a mirror?",
      },
    ],
    never: [
      "Do not restart the machine or its parts: some ask the registry again at each start, and each question counts.",
      "Do not install again: that downloads everything once more.",
    ],
    data: NONE,
  },
  "reg.auth": {
    title: "No permission to download",
    meaning: (w) =>
      `The registry refuses ${
        w.image ?? "an image, or the release,"
      } without a login. Releases of Alga need none, so the release names something that is not public, or not there.`,
    signs: [
      { see: 'The message says "denied", "unauthorized" or 403.', run: PODS },
      { see: "The checks ask the registry for everything that the release names.", run: CHECKS },
    ],
    steps: [{ do: "Report it. Only the release can be changed.", ask: "alga-support" }],
    never: [
      "Do not enter a login of your own for the registry: images that others published under that name are not Alga's.",
      "Do not install again: the release stays the same.",
    ],
    data: NONE,
  },
  "reg.unavailable": {
    title: "The registry has a problem of its own",
    meaning: (w) =>
      `${
        w.server ?? "The registry"
      } answers with an error of its server, or not at all. Other sites see the same.`,
    signs: [
      { see: "See since when, and when the next try is.", run: STATUS },
      {
        see: "A number from 500 on is an error of the registry.",
        run: "curl -sS -o /dev/null -w '%{http_code}\\n' -m 15 https://ghcr.io/v2/",
      },
    ],
    steps: [
      { do: "Wait. It is tried again by itself.", wait: "It usually takes minutes, at most some hours." },
      {
        do: "If it lasts longer than that, have it looked at from here.",
        ask: "network-admin",
        send:
          "Connections to ghcr.io and docker.io get errors from the server. Do they from other machines of this site?",
      },
    ],
    never: [
      "Do not restart or install again: the registry stays the same, and what was downloaded so far is kept.",
    ],
    data: NONE,
  },
} satisfies HelpOf<typeof REGISTRY>;
