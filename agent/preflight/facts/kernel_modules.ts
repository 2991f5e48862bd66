import type { MachineFacts } from "./gather.ts";

/**
 * Modules of the running kernel that are loaded, built in or can be loaded, with "_" for every "-" as the kernel has them;
 * `undefined` when nothing tells. @see modules.dep(5)
 */
export async function readKernelModules(facts: Pick<MachineFacts, "text">): Promise<Set<string> | undefined> {
  const release = (await facts.text("/proc/sys/kernel/osrelease"))?.trim();
  if (release === undefined || !/^[\w.+~-]{1,100}$/.test(release)) return undefined;
  const folder = `/lib/modules/${release}`;
  const [loaded, builtIn, onDisk] = await Promise.all(
    ["/proc/modules", `${folder}/modules.builtin`, `${folder}/modules.dep`].map((it) => facts.text(it)),
  );
  if (loaded === undefined && builtIn === undefined && onDisk === undefined) return undefined;
  const names = [
    ...lines(loaded).map((it) => it.split(" ")[0] ?? ""),
    ...lines(builtIn).map(fileName),
    ...lines(onDisk).map((it) => fileName(it.split(":")[0] ?? "")),
  ];
  return new Set(names.map((it) => it.replaceAll("-", "_")));
}

function lines(text: string | undefined): string[] {
  return (text ?? "").split("\n").filter(Boolean);
}

/** "kernel/net/bridge/br_netfilter.ko.zst" → "br_netfilter" */
function fileName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1).split(".")[0] ?? "";
}
