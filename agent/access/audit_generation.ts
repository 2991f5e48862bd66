import type { Host } from "../host/host.ts";

/** A file of the log is put aside for the next one once it is as large as this; the one before it goes. */
export const AUDIT_MAX_BYTES = 4 * 1024 * 1024;
/** What is read of a file, which ends soon after {@link AUDIT_MAX_BYTES}. */
const READ = { maxBytes: 2 * AUDIT_MAX_BYTES } as const;

/** The whole lines of one file; none when there is no file. */
export async function readGeneration(
  host: Host,
  path: string,
): Promise<{ lines: string[]; isTorn: boolean }> {
  const found = await host.info(path);
  const text = found?.kind === "file" ? await host.readText(path, READ) ?? "" : "";
  const end = text.lastIndexOf("\n") + 1; // what follows was torn by a power cut
  return { lines: end === 0 ? [] : text.slice(0, end - 1).split("\n"), isTorn: end < text.length };
}
