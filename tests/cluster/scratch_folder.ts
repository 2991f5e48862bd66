/** A folder that is gone after the process that made it, however that ended. */
export interface ScratchFolder {
  dir: string;
  close(): Promise<void>;
}

export async function makeScratchFolder(prefix: string): Promise<ScratchFolder> {
  const dir = `${Deno.env.get("TMPDIR") ?? "/tmp"}/${prefix}${crypto.randomUUID().slice(0, 8)}`;
  const cleaner = await startCleaner(dir);
  return {
    dir,
    async close() {
      await cleaner.stdin.close();
      await cleaner.status;
    },
  };
}

/** Makes a folder that is the cleaner's from the first moment on: nothing is left whenever we are killed. @see cleanup.sh */
export async function startCleaner(dir: string): Promise<Deno.ChildProcess> {
  const cleaner = new Deno.Command("/bin/sh", {
    args: [new URL("./cleanup.sh", import.meta.url).pathname, dir],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
    cwd: "/",
    detached: true, // a signal for our whole group must not reach it
  }).spawn();
  const reader = cleaner.stdout.getReader();
  const { done } = await reader.read();
  if (done) throw new Error(`Cannot make the folder "${dir}"`);
  void reader.cancel();
  return cleaner;
}
