import assert from "node:assert/strict";

/** What a process says of the API suites with these variables. */
async function reasonWith(env: Record<string, string>): Promise<string> {
  const module = new URL("./requirements.ts", import.meta.url).href;
  const code = `const { clusterRequirements } = await import("${module}");
    console.log((await clusterRequirements("api")).reason ?? "");`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", "--no-config", code],
    env: { NO_COLOR: "1", ...env },
    stderr: "inherit",
  }).output();
  return new TextDecoder().decode(stdout).trim();
}

Deno.test("the reason for skipped suites names what is not built, and Go where that is why", async () => {
  const empty = await Deno.makeTempDir({ prefix: "alga-none-" });
  try {
    // Deno's own cache must not move with it.
    const env = { XDG_CACHE_HOME: empty, DENO_DIR: `${empty}/deno`, PATH: empty };
    assert.match(
      await reasonWith(env),
      /^not built: kube-apiserver, etcd; install Go, then see deno task cluster build/,
    );
    await Deno.writeTextFile(`${empty}/go`, "#!/bin/sh\n", { mode: 0o755 });
    assert.match(await reasonWith(env), /^not built: kube-apiserver, etcd; see deno task cluster build/);
  } finally {
    await Deno.remove(empty, { recursive: true });
  }
});
