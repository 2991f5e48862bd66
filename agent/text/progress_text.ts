import { gbText } from "./byte_size.ts";

/** "4.1 of 9.6 GB", "12 of 31 images": how far something has come. */
export function progressText(
  { unit, done, total }: { unit: "bytes" | "images" | "objects"; done: number; total?: number },
): string {
  if (unit === "bytes") return gbText(done, total);
  return total === undefined ? `${done} ${unit}` : `${done} of ${total} ${unit}`;
}
