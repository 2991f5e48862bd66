import type { NetworkView } from "./document.ts";

/** A key of the screen "Network". */
export interface NetworkKey {
  key: string;
  label: string;
  does: "change" | "keep" | "take-back" | "accept";
}

/** What may be done with the network now. */
export function networkKeys({ interfaces, trial, change }: NetworkView): NetworkKey[] {
  if (trial !== null) {
    return [
      ...trial.mayBeKept ? [{ key: "k", label: "Keep them", does: "keep" } as const] : [],
      { key: "t", label: "Take them back", does: "take-back" },
    ];
  }
  if (change?.isRunning || interfaces.length === 0) return [];
  const mayAccept = change !== null && change.acceptIds.length > 0;
  return [
    { key: "c", label: "Change a link", does: "change" },
    ...mayAccept ? [{ key: "a", label: "Accept and try it", does: "accept" } as const] : [],
  ];
}
