import { componentByName } from "../../product/components.ts";

/** Of a finding, as far as help names it. */
export interface FoundAt {
  component: string;
  words?: Readonly<Record<string, string>>;
}

/** What the help of a finding may name: its own words, and the object of the part where it was found. */
export function wordsOfFinding({ component, words = {} }: FoundAt): Readonly<Record<string, string>> {
  const part = componentByName(component);
  if (!part) return words;
  const { namespace, kind, object } = part;
  return { ...words, namespace, object, workload: `${kind.toLowerCase()}/${object}` };
}
