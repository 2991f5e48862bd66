import type { FileLock } from "./host.ts";

/**
 * Asks for the exclusive lock of a file, made when absent. @see flock(2)
 *
 * - Deno can only wait for a lock. Who gives up leaves one wait behind, which ends by itself and gives the lock on at once.
 * - The file goes with the lock, so whoever gets it looks whether it is still the file that stands there.
 */
export function lockFile(target: string, mode: number): FileLock {
  let isReleased = false;
  let file: Deno.FsFile | undefined;

  async function obtain(): Promise<void> {
    while (!isReleased) {
      const opened = await Deno.open(target, { read: true, write: true, create: true, mode });
      let isKept = false;
      try {
        await opened.lock(true);
        isKept = !isReleased && await isStillThere(opened);
        if (isKept) {
          file = opened;
          return;
        }
      } finally {
        if (!isKept) opened.close();
      }
    }
  }

  async function isStillThere(opened: Deno.FsFile): Promise<boolean> {
    const [own, found] = [await opened.stat(), await Deno.lstat(target).catch(() => undefined)];
    return found !== undefined && own.ino === found.ino && own.dev === found.dev;
  }

  const held = obtain();
  held.catch(() => {}); // whoever gave up no longer listens
  return {
    held,
    async write(text) {
      if (!file) throw new TypeError("The lock is not held");
      await file.truncate();
      await file.seek(0, Deno.SeekMode.Start);
      const bytes = new TextEncoder().encode(text);
      for (let written = 0; written < bytes.length;) written += await file.write(bytes.subarray(written));
    },
    async release() {
      isReleased = true;
      const kept = file;
      file = undefined;
      if (!kept) return;
      try {
        if (await isStillThere(kept)) await Deno.remove(target).catch(() => {});
      } finally {
        kept.close();
      }
    },
  };
}
