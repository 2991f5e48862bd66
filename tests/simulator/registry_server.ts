/** Debian's docker-registry on a free loopback port with a folder of its own; `htpasswd` makes it ask for a password. */
export async function startRegistryServer(
  options: { htpasswd?: string; readOnly?: boolean } = {},
): Promise<{ host: string; url: string; close(): Promise<void> }> {
  const dir = await Deno.makeTempDir({ prefix: "alga-registry-" });
  const port = freePort();
  const maintenance = options.readOnly ? ", maintenance: { readonly: { enabled: true } }" : "";
  const lines = [
    "version: 0.1",
    "log: { level: error }",
    `storage: { filesystem: { rootdirectory: ${dir}/data }${maintenance} }`,
    `http: { addr: "127.0.0.1:${port}" }`,
  ];
  if (options.htpasswd !== undefined) {
    await Deno.writeTextFile(`${dir}/htpasswd`, options.htpasswd);
    lines.push(`auth: { htpasswd: { realm: test, path: ${dir}/htpasswd } }`);
  }
  await Deno.writeTextFile(`${dir}/config.yml`, `${lines.join("\n")}\n`);
  // Ends with this process, even when that is killed.
  const child = new Deno.Command("setpriv", {
    args: ["--pdeathsig", "KILL", "/usr/bin/docker-registry", "serve", `${dir}/config.yml`],
    stdout: "null",
    stderr: "null",
  }).spawn();
  const url = `http://127.0.0.1:${port}`;
  for (let i = 0; i < 200; i++) {
    const answer = await fetch(`${url}/v2/`).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer) break;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return {
    host: `127.0.0.1:${port}`,
    url,
    async close() {
      child.kill("SIGKILL");
      await child.status;
      await Deno.remove(dir, { recursive: true });
    },
  };
}

/** A loopback port that nobody uses at this moment. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
