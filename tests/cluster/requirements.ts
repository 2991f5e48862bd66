/** What the real cluster needs of this machine; the reason is part of the skipped tests' names. */
export async function clusterRequirements(): Promise<{ ok: true } | { ok: false; reason: string }> {
  const programs = await clusterPrograms();
  for (const [name, path] of Object.entries(programs)) {
    if (!await Deno.stat(path).then(() => true, () => false)) {
      return { ok: false, reason: `${name} is not built, see deno task cluster` };
    }
  }
  return { ok: true };
}

/** Where the built programs lie: a cache that outlives checkouts, keyed by what they are built from. */
export async function clusterPrograms(): Promise<Record<"kube-apiserver" | "etcd", string>> {
  const dir = await cacheDir();
  return { "kube-apiserver": `${dir}/kube-apiserver`, etcd: `${dir}/etcd` };
}

/** Folder of the programs for exactly these modules. */
export async function cacheDir(): Promise<string> {
  const module = new URL("./go/kubernetes/", import.meta.url).pathname;
  const text = await Deno.readTextFile(`${module}go.mod`) + await Deno.readTextFile(`${module}go.sum`);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  const base = Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME")}/.cache`;
  return `${base}/alga-agent/cluster/${
    [...digest.subarray(0, 8)].map((it) => it.toString(16).padStart(2, "0")).join("")
  }`;
}
