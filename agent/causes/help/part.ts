import type { PART, PartWords } from "../part.ts";
import { ALL_PODS, describePods, events, logs, PODS, restart, switchOn, told } from "./commands.ts";
import type { Help, HelpOf, Whereabouts } from "./help_shape.ts";

type Words = { readonly [Key in keyof PartWords]?: string } & Partial<Whereabouts>;

const OF_NAME = "NAME is that of the part, with its kind (deployment/…).";
const BY_HAND = "Do not change the part by hand: the installer (Flux) puts it back.";

function notRunning(title: string, meaning: string, never: string): Help<Words> {
  return {
    title,
    meaning,
    signs: [
      { see: "See what does not run, in all namespaces.", run: ALL_PODS },
      { see: "Its events tell why.", run: events },
      { see: `Its newest lines tell what it does. ${OF_NAME}`, run: logs },
    ],
    steps: [
      { do: "Wait, if the machine was started just now.", wait: "It takes a few minutes." },
      { do: `Restart it once. ${OF_NAME}`, run: restart },
      {
        do: `If it was switched off (0 of 0), switch it on again. ${OF_NAME}`,
        run: switchOn,
      },
      { do: "If it stays, report it.", ask: "alga-support", also: told },
    ],
    never: [never],
    data: "None.",
  };
}

function notReady(title: string, meaning: string): Help<Words> {
  return {
    title,
    meaning,
    signs: [
      { see: "READY should be 1/1, RESTARTS should not grow.", run: PODS },
      { see: "Its events tell what it waits for.", run: describePods },
      { see: `Its newest lines tell what it does. ${OF_NAME}`, run: logs },
    ],
    steps: [
      { do: "See whether another cause stands beside it: that one comes first.", open: "status" },
      { do: `Restart it once. ${OF_NAME}`, run: restart },
      { do: "If it stays, report it.", ask: "alga-support", also: told },
    ],
    never: [BY_HAND, "Do not delete its volume, if it has one: what it stored is in there."],
    data: "None by waiting.",
  };
}

const NOT_DELETE =
  "Do not delete the namespace, or Flux' objects in it: with them it would remove Alga and its data.";

/** Help for parts that have not been ready for long without anything that explains it. */
export const PART_HELP = {
  "flux.controller-down": notRunning(
    "The installer is not running",
    "Alga is installed and kept up to date by an installer (Flux) of four parts. One of them does not run, so nothing new is installed; what runs goes on.",
    NOT_DELETE,
  ),
  "platform.part-down": notRunning(
    "A part of the platform is not running",
    "A part that all of Alga stands on does not run: the name service of the cluster, or the service that makes storage.",
    "Do not delete its volume claims or its namespace: the data of Alga hang on them.",
  ),
  "core.degraded": notReady(
    "Database, cache or connection pool is not ready",
    "A part that Alga cannot do without has not been ready for long, and nothing that is known explains it.",
  ),
  "login.degraded": notReady(
    "Alga PSA is not ready",
    "The web application has not been ready for long, and nothing that is known explains it.",
  ),
  "bg.degraded": notReady(
    "A background service is not ready",
    "People can log in and work. One service behind it has not been ready for long, and nothing that is known explains it.",
  ),
} satisfies HelpOf<typeof PART>;
