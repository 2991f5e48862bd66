/** Runs a body with a folder for everything temporary; a test that is stopped leaves nothing of it, not even a mount. */
export async function withScratch<T>(body: (dir: string) => Promise<T>): Promise<T> {
  const base = Deno.env.get("TMPDIR") ?? "/tmp";
  // A short name: paths of Unix sockets have a limit.
  const dir = `${base}/alga-c${Deno.pid}`;
  await Deno.mkdir(dir);
  try {
    return await body(dir);
  } finally {
    await unmountBelow(dir);
    await removeWhole(dir);
  }
}

/** A process that is being ended may still write into the folder for a moment. */
async function removeWhole(dir: string): Promise<void> {
  for (let triesLeft = 10;; triesLeft--) {
    try {
      return await Deno.remove(dir, { recursive: true });
    } catch (error) {
      if (triesLeft === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

async function unmountBelow(dir: string): Promise<void> {
  const mounts = (await Deno.readTextFile("/proc/self/mounts")).split("\n").map((it) =>
    it.split(" ")[1] ?? ""
  );
  // The last mounted first.
  for (const path of mounts.filter((it) => it.startsWith(`${dir}/`)).reverse()) {
    await new Deno.Command("umount", { args: ["--lazy", path], stdout: "null", stderr: "null" }).output();
  }
}
