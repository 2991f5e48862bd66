import * as z from "zod";
import { entryLine } from "../state/entry_words.ts";
import { bundleText, type ReadBundle } from "./read_bundle.ts";

const Text = z.string().optional();
const Row = z.object({
  at: z.string(),
  source: z.string(),
  type: Text,
  by: Text,
  operation: Text,
  stepId: Text,
  about: Text,
  text: Text,
});

/** One thing that happened. */
export interface Happening {
  /** ISO 8601; "" where it is not known. */
  at: string;
  /** Who tells of it. */
  source: string;
  /** What happened, as a sentence without its period. */
  title: string;
  /** More about it, in the words of whoever told it; may be "". */
  text: string;
  isBad: boolean;
}

const SOURCES: Readonly<Record<string, string>> = {
  agent: "record of the appliance",
  status: "status",
  kubernetes: "Kubernetes",
};

/** What a bundle's timeline tells, oldest first; a line that is not one of its kind is left out. */
export function readTimeline(bundle: ReadBundle): Happening[] {
  return (bundleText(bundle, "timeline.jsonl") ?? "").split("\n").flatMap((line) => {
    try {
      return [happening(Row.parse(JSON.parse(line)))];
    } catch {
      return [];
    }
  });
}

function happening({ at, source, type = "", about, text = "", ...data }: z.infer<typeof Row>): Happening {
  const entry = source === "agent" ? entryLine({ type, data }) : undefined;
  const words = entry?.text ?? [type, about].filter(Boolean).join(": ");
  const title = words === "" ? text : words;
  return {
    at,
    source: SOURCES[source] ?? source,
    title,
    text: title === text ? "" : text,
    isBad: entry?.level === "error" || source === "kubernetes" && BAD.test(type),
  };
}

/** Reasons of Kubernetes' and Flux' events that tell of a fault. */
const BAD = /fail|backoff|error|unhealthy|evict|oom|killing|notready/i;
