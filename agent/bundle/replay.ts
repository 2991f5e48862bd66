import { AgentError } from "../error.ts";
import {
  emptySnapshot,
  evaluate,
  type Evidence,
  NO_MEMORY,
  type Snapshot,
  type StatusDocument,
  StatusMemory,
} from "../status/mod.ts";
import { bundleText, type ReadBundle } from "./read_bundle.ts";
import { tryParseJson } from "../text/try_parse_json.ts";

/** What the appliance saw when the bundle was made. @throws {AgentError} USAGE when it is not in the bundle. */
export function readEvidence(bundle: ReadBundle): Evidence {
  const given = Object(tryParseJson(bundleText(bundle, "replay/evidence.json") ?? ""));
  const snapshot = asSnapshot(given.snapshot);
  if (snapshot === undefined || Number.isNaN(Date.parse(given.at))) {
    throw new AgentError("USAGE", "This bundle does not tell what the appliance saw", {
      hint: "See why that is missing: alga-agent bundle inspect FILE --file summary.md",
    });
  }
  const memory = StatusMemory.safeParse(given.memory);
  return { at: given.at, snapshot, memory: memory.success ? memory.data : NO_MEMORY };
}

/** The status as it was, judged by this program with the clock of the bundle. @throws {AgentError} USAGE */
export function replay(bundle: ReadBundle): StatusDocument {
  const { at, snapshot, memory } = readEvidence(bundle);
  try {
    return evaluate(snapshot, Date.parse(at), memory, () => {});
  } catch (cause) {
    throw new AgentError(
      "USAGE",
      "What the appliance saw cannot be judged: the bundle was changed, or is of another version",
      {
        cause,
      },
    );
  }
}

/** A snapshot with everything that one has, wherever its parts are of the right kind. */
function asSnapshot(value: unknown): Snapshot | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const empty = emptySnapshot();
  const merged: Record<string, unknown> = { ...empty };
  for (const [name, it] of Object.entries(value)) {
    const wanted = empty[name as keyof Snapshot];
    const isSameKind = wanted === undefined ||
      Array.isArray(wanted) === Array.isArray(it) && typeof wanted === typeof it && it !== null;
    if (isSameKind) {
      merged[name] = Array.isArray(it) || typeof it !== "object" ? it : { ...Object(wanted), ...it };
    }
  }
  return merged as unknown as Snapshot;
}
