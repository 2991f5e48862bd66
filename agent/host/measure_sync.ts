import { randomBytes } from "node:crypto";
import { withFile } from "./with_file.ts";
import { writeAll } from "./write_part.ts";

/** Times small durable writes to a file without a name; in ms each. @throws as the file system does. */
export async function measureSync(
  folder: string,
  options: { bytes: number; writes: number; limitMs: number; signal?: AbortSignal },
): Promise<number[]> {
  const path = `${folder}/.alga-sync-test-${randomBytes(6).toString("hex")}`;
  return await withFile(path, { write: true, createNew: true, mode: 0o600 }, async (file) => {
    await Deno.remove(path);
    const bytes = new Uint8Array(options.bytes);
    const tookMs: number[] = [];
    const startedMs = performance.now();
    for (let fromMs = startedMs; tookMs.length < options.writes;) {
      await writeAll(file, bytes);
      await file.syncData();
      const nowMs = performance.now();
      tookMs.push(nowMs - fromMs);
      fromMs = nowMs;
      if (options.signal?.aborted || nowMs - startedMs >= options.limitMs) break;
    }
    return tookMs;
  });
}
