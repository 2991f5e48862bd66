import { exists } from "../cluster/exists.ts";
import { until } from "../until.ts";

/** The first process of a container, as this machine counts; `undefined` until there is one. */
export async function leaderOf(name: string): Promise<number | undefined> {
  for await (const { name: pid } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(pid)) continue;
    // Processes come and go amid this.
    const groups = await Deno.readTextFile(`/proc/${pid}/cgroup`).catch(() => "");
    if (!groups.includes(`/${name}/payload`)) continue;
    const status = await Deno.readTextFile(`/proc/${pid}/status`).catch(() => "");
    if (/^NSpid:(\t\d+){2}\t1$/m.test(status)) return Number(pid);
  }
  return undefined;
}

/** Removes the control group of a container that has ended, with all below it. */
export async function removeGroup(name: string): Promise<void> {
  const mounts = (await Deno.readTextFile("/proc/self/mounts")).split("\n").map((it) => it.split(" "));
  const top = mounts.find((it) => it[2] === "cgroup2")?.[1];
  if (top === undefined) return;
  const remove = async (path: string): Promise<void> => {
    for await (const it of Deno.readDir(path)) if (it.isDirectory) await remove(`${path}/${it.name}`);
    await Deno.remove(path);
  };
  const isGone = async () => {
    if (!await exists(`${top}/${name}`)) return true;
    await remove(`${top}/${name}`).catch(() => {}); // the last process may still be on its way out
    return false;
  };
  await until("nothing is left of the container", isGone, (it) => it);
}
