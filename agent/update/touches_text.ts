import { HELM_RELEASES } from "../product/helm_releases.ts";

/** What an update touches, and how long it took elsewhere. */
export interface Touches {
  /** Releases that it upgrades. */
  touches?: readonly string[];
  /** By the publisher's word. */
  tookMinutes?: { usual: number; longest: number } | undefined;
}

/** Both in a sentence each, as far as they are known. Pure. */
export function touchesSentences({ touches, tookMinutes }: Touches): string[] {
  const sentences: string[] = [];
  if (touches) sentences.push(`It upgrades ${partsText(touches)}.`);
  if (tookMinutes) {
    const { usual, longest } = tookMinutes;
    const most = longest > usual ? `, and ${longest} at most` : "";
    sentences.push(`Elsewhere it took ${usual} ${usual === 1 ? "minute" : "minutes"}${most}.`);
  }
  return sentences;
}

function partsText(touches: readonly string[]): string {
  const all = HELM_RELEASES.length;
  if (touches.length === 0) return "none of the services";
  if (touches.length === all) return `all ${all} services`;
  return `${touches.length} of ${all} services: ${touches.join(", ")}`;
}
