import { missingPrograms } from "../cluster/missing_programs.ts";
import { missingForTree } from "../vm/debian_tree.ts";

const NEEDED = {
  "systemd-nspawn": "systemd-container",
  "unshare": "util-linux",
  "nsenter": "util-linux",
  "ip": "iproute2",
  "busybox": "busybox-static",
};

/** What a container begins with; a machine that lends these out has no container either. */
const TRIAL = 'mount -t cgroup2 cgroup2 /sys/fs/cgroup && mkdir "$1" && rmdir "$1"';

/** Why no systemd runs in a container here; `undefined` where it does. */
export async function missingForContainers(): Promise<string | undefined> {
  if (Deno.uid() !== 0) return "only root makes a container";
  const [missing] = await missingPrograms(NEEDED);
  if (missing !== undefined) return missing;
  const cgroup = `/sys/fs/cgroup/alga-trial-${crypto.randomUUID().slice(0, 8)}`;
  const args = [
    "--mount",
    "--net",
    "--pid",
    "--fork",
    "--propagation",
    "private",
    "sh",
    "-c",
    TRIAL,
    "sh",
    cgroup,
  ];
  const trial = await new Deno.Command("unshare", { args, stdin: "null", stdout: "null", stderr: "null" })
    .output();
  if (!trial.success) return "no name spaces or no cgroup tree of its own";
  return await missingForTree();
}
