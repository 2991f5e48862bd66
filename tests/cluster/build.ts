import { cacheDir, clusterPrograms } from "./requirements.ts";

/** Builds the programs of the real cluster from their pinned Go modules; a second run finds them done. */
const PACKAGES = {
  "kube-apiserver": {
    path: "k8s.io/kubernetes/cmd/kube-apiserver",
    flags: "-s -w -X k8s.io/component-base/version.gitVersion=v1.36.3",
  },
  etcd: { path: "go.etcd.io/etcd/server/v3", flags: "-s -w" },
} as const;

await Deno.mkdir(await cacheDir(), { recursive: true });
for (const [name, target] of Object.entries(await clusterPrograms())) {
  if (await Deno.stat(target).then(() => true, () => false)) {
    console.log(`${name} is built: ${target}`);
    continue;
  }
  const startedMs = Date.now();
  const { path, flags } = PACKAGES[name as keyof typeof PACKAGES];
  const partial = `${target}.${Deno.pid}.partial`;
  const { code } = await new Deno.Command("go", {
    args: ["build", "-trimpath", "-ldflags", flags, "-o", partial, path],
    cwd: new URL("./go/kubernetes", import.meta.url).pathname,
    env: { GOTOOLCHAIN: "local", GOFLAGS: "-mod=readonly" },
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  if (code !== 0) {
    console.error(`${name} could not be built; "go build" ended with ${code}`);
    Deno.exit(1);
  }
  await Deno.rename(partial, target);
  console.log(`${name} built in ${Math.round((Date.now() - startedMs) / 1000)} s: ${target}`);
}
