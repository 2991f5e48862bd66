import { type BlockerId, CAUSES } from "../cause.ts";
import type { Owner, Phrase } from "../cause_shape.ts";
import { type AnyHelp, HELP, HELP_FAMILIES } from "./help.ts";
import { HELP_PAGES, type Means, type Person, type Place } from "./help_shape.ts";

type Words = Readonly<Record<string, string | undefined>>;

/** How something is done, in words and targets that every face can show. */
export type ShownMeans =
  | { kind: "commands"; commands: readonly string[] }
  | { kind: "pages"; pages: readonly { path: string; title: string }[] }
  /** `send`: the words for a person; `commands`: what prints them. */
  | { kind: "ask"; whom: string; send: string; commands: readonly string[] }
  | { kind: "words"; text: string };

/** One thing to look at or to do. */
export interface ShownStep {
  text: string;
  means: ShownMeans;
}

/** Everything that is told of one cause, the same for every face. */
export interface HelpPage {
  id: BlockerId;
  title: string;
  meaning: string;
  signs: readonly ShownStep[];
  steps: readonly ShownStep[];
  never: readonly string[];
  who: string;
  /** Whether trying again is safe, as the cause says, and why not. */
  retry: string;
  data: string;
}

const WHO: Record<Owner, string> = {
  you: "You, on this machine or in its hypervisor",
  "network-admin": "Whoever looks after your network",
  vendor: "Alga support, or the publisher of the release",
  nobody: "Nobody has to: it goes on by itself",
};
const PERSON: Record<Person, string> = {
  "alga-support": "Alga support",
  "network-admin": "whoever looks after your network",
};
const PLACE: Record<Place, string> = {
  hypervisor: "Where: in the hypervisor of this virtual machine (VMware, Hyper-V, Proxmox …).",
};
/** Prints what Alga support needs of each finding. */
export const FOR_SUPPORT = "sudo alga-agent status --for-support";

/** What is told of a cause; `words`: of the finding that it is about, where there is one. */
export function helpPage(id: BlockerId, words: Words = {}): HelpPage {
  const help: AnyHelp = HELP[id];
  const say = (phrase: Phrase<Words>) => typeof phrase === "string" ? phrase : phrase(words);
  return {
    id,
    title: help.title,
    meaning: say(help.meaning),
    signs: help.signs.map((it) => ({ text: say(it.see), means: showMeans(it, say) })),
    steps: help.steps.map((it) => ({ text: say(it.do), means: showMeans(it, say) })),
    never: help.never,
    who: `${WHO[CAUSES[id].owner]}.`,
    retry: CAUSES[id].retrySafe ? "It is safe." : `It is not safe. ${help.retry ?? ""}`.trimEnd(),
    data: help.data,
  };
}

function showMeans(means: Means<Words>, say: (phrase: Phrase<Words>) => string): ShownMeans {
  if ("run" in means) {
    const { run } = means;
    const phrases = typeof run === "string" || typeof run === "function" ? [run] : run;
    return { kind: "commands", commands: phrases.map(say) };
  }
  if ("open" in means) {
    const { open } = means;
    if (typeof open === "string") {
      return { kind: "pages", pages: HELP_PAGES[open].map(([path, title]) => ({ path, title })) };
    }
    return { kind: "pages", pages: [{ path: `/help/${open.cause}`, title: HELP[open.cause].title }] };
  }
  if ("ask" in means) {
    const whom = PERSON[means.ask];
    if (means.ask === "network-admin") {
      return { kind: "ask", whom, send: say(means.send), commands: [] };
    }
    const commands = [FOR_SUPPORT, ...means.also === undefined ? [] : [say(means.also)]];
    return { kind: "ask", whom, send: "", commands };
  }
  return { kind: "words", text: "at" in means ? PLACE[means.at] : means.wait };
}

/** The cause of this id, if it is one. */
export function helpId(text: string): BlockerId | undefined {
  return Object.hasOwn(HELP, text) ? text as BlockerId : undefined;
}

/** Every cause by family, for an index. */
export function helpIndex(): readonly {
  title: string;
  causes: readonly { id: BlockerId; title: string }[];
}[] {
  return HELP_FAMILIES.map(({ title, help }) => ({
    title,
    causes: (Object.keys(help) as BlockerId[]).map((id) => ({ id, title: HELP[id].title })),
  }));
}
