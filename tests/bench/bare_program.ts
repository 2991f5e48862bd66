import { denortFromCarrier } from "../../tools/denort.ts";
import { mortalCommand } from "../mortal_command.ts";
import { onFreePort } from "../simulator/free_port.ts";

const repo = new URL("../..", import.meta.url).pathname;

export interface BareServer {
  url: string;
  pid: number;
  stop(): Promise<void>;
}

/** Compiles a bare program of this folder the way the agent is compiled: one bundle, the same runtime. */
export async function compileBare(dir: string, name = "bare_main"): Promise<string> {
  const output = `${dir}/${name}`;
  await deno([
    "bundle",
    "--quiet",
    "--minify",
    "--platform",
    "deno",
    "-o",
    `${output}.js`,
    `${repo}tests/bench/${name}.ts`,
  ]);
  const args = [
    "compile",
    "--quiet",
    "--no-check",
    "--no-code-cache",
    "--allow-net",
    "--allow-read",
    "-o",
    output,
    `${output}.js`,
  ];
  const denort = Deno.env.get("DENORT_BIN");
  try {
    await deno(args, denort === undefined ? {} : { DENORT_BIN: denort });
  } catch (error) {
    if (denort !== undefined) throw error;
    await deno(args, { DENORT_BIN: await denortFromCarrier(`${repo}.build/cache`) });
  }
  return output;
}

export async function startBare(program: string): Promise<BareServer> {
  return await onFreePort(async (port) => {
    const child = mortalCommand(program, [`${port}`], { stdout: "null", stderr: "piped" }).spawn();
    const said = new Response(child.stderr).text();
    const url = `http://127.0.0.1:${port}`;
    const over = child.status.then(async () => {
      throw new Error(`The bare program ended: ${await said}`);
    });
    over.catch(() => {});
    await Promise.race([untilAnswer(`${url}/healthz`), over]);
    return {
      url,
      pid: child.pid,
      async stop() {
        child.kill("SIGKILL");
        await child.status;
        await said;
      },
    };
  });
}

/** Has the bare server give the same answer as another address, head and body; its address, and the body's size. */
export async function makeSame(
  bare: BareServer,
  url: string,
  headers: Record<string, string>,
): Promise<{ url: string; bytes: number }> {
  const answer = await fetch(url, { headers });
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}`);
  const body = await answer.text();
  // The rest of the head comes with every answer of the runtime.
  const own = [...answer.headers].filter(([name]) => !["content-length", "date", "vary"].includes(name));
  const same = `${bare.url}/same/${crypto.randomUUID()}`;
  const taken = await fetch(same, { method: "POST", body: JSON.stringify({ headers: own, body }) });
  if (!taken.ok) throw new Error(`The bare server took no answer: ${taken.status}`);
  await taken.body?.cancel();
  return { url: same, bytes: new TextEncoder().encode(body).byteLength };
}

/** Asks without rest until a server answers with success. */
export async function untilAnswer(url: string, timeoutMs = 60_000): Promise<void> {
  const endMs = performance.now() + timeoutMs;
  for (;;) {
    const answer = await fetch(url).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok) return;
    if (performance.now() > endMs) throw new Error(`Nothing answers at ${url}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

async function deno(args: string[], env: Record<string, string> = {}): Promise<void> {
  const { code, stderr } = await mortalCommand(Deno.execPath(), args, {
    env,
    stdout: "null",
    stderr: "piped",
  })
    .output();
  if (code !== 0) throw new Error(`deno ${args[0]} ended with ${code}: ${new TextDecoder().decode(stderr)}`);
}
