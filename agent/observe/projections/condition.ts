import { readMessage, readOptionalText, readRecords, readText, readTime } from "./read_field.ts";
import type { ConditionView } from "../../facts/snapshot.ts";

/** `status.conditions` of any object, cut down. */
export function projectConditions(value: unknown): readonly ConditionView[] {
  return readRecords(value, 20).map((it) => ({
    type: readText(it.type, 80),
    status: readText(it.status, 20),
    reason: readText(it.reason, 120),
    message: readMessage(it.message, 2_000),
    since: readTime(it.lastTransitionTime) ?? readTime(it.lastUpdateTime),
    observedGeneration: typeof it.observedGeneration === "number" ? it.observedGeneration : undefined,
  }));
}

/** Image by container name of a pod template or pod. */
export function projectImages(containers: unknown): Record<string, string> {
  const images: Record<string, string> = {};
  for (const it of readRecords(containers)) {
    const name = readOptionalText(it.name, 80);
    if (name !== undefined) images[name] = readText(it.image, 300);
  }
  return images;
}
