import { exists } from "../cluster/exists.ts";
import { mortalCommand } from "../mortal_command.ts";
import { until } from "../until.ts";
import { onFreePort } from "./free_port.ts";

const PROGRAM = "/usr/bin/docker-registry";

/** Why no registry can be had here; `undefined` where one can. */
export async function missingForRegistry(): Promise<string | undefined> {
  return await exists(PROGRAM) ? undefined : "the Debian package docker-registry is not installed";
}

/** A registry of a test. */
export interface RegistryServer {
  host: string;
  url: string;
  close(): Promise<void>;
}

/**
 * Debian's docker-registry on a free loopback port with a folder of its own; `htpasswd` makes it ask for a password.
 * @throws {Error} If it does not answer, with what it said
 */
export async function startRegistryServer(
  options: { htpasswd?: string; readOnly?: boolean } = {},
): Promise<RegistryServer> {
  return await onFreePort((port) => startOn(port, options));
}

async function startOn(
  port: number,
  options: { htpasswd?: string; readOnly?: boolean },
): Promise<RegistryServer> {
  const dir = await Deno.makeTempDir({ prefix: "alga-registry-" });
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
  const child = mortalCommand(PROGRAM, ["serve", `${dir}/config.yml`], {
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let said = "";
  const reading = Promise.all([child.stdout, child.stderr].map(async (stream) => {
    const decoder = new TextDecoder();
    for await (const chunk of stream) said = (said + decoder.decode(chunk, { stream: true })).slice(-4_000);
  }));
  let hasEnded = false;
  const ended = child.status.then(async () => {
    await reading;
    hasEnded = true;
  });
  const server: RegistryServer = {
    host: `127.0.0.1:${port}`,
    url: `http://127.0.0.1:${port}`,
    async close() {
      if (!hasEnded) child.kill("SIGKILL");
      await ended;
      await Deno.remove(dir, { recursive: true });
    },
  };
  try {
    const state = await until(
      "the registry answers",
      async () => hasEnded ? "over" : await answers(`${server.url}/v2/`) ? "up" : "starting",
      (it) => it !== "starting",
    );
    // Another server may answer on the port that ours could not have.
    if (state === "over" || hasEnded) throw new Error("it ended");
    return server;
  } catch (error) {
    await server.close();
    throw new Error(`The registry server did not start: ${said}`, { cause: error });
  }
}

async function answers(url: string): Promise<boolean> {
  const response = await fetch(url).catch(() => undefined);
  await response?.body?.cancel();
  return response !== undefined;
}
