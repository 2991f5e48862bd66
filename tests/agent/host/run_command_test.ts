import assert from "node:assert/strict";
import { runCommand } from "../../../agent/host/run_command.ts";

const searchPath = "/usr/bin:/bin";

/** Ends what a test started in a group of its own. */
async function endOf(pidFile: string): Promise<void> {
  const pid = Number(await Deno.readTextFile(pidFile));
  try {
    Deno.kill(pid, "SIGKILL");
  } catch {
    // It has ended already.
  }
}

for (const how of ["its time limit", "its signal"] as const) {
  Deno.test(`runCommand() ends with ${how} although a grandchild in a group of its own holds the pipes`, async () => {
    const dir = await Deno.makeTempDir({ prefix: "alga-run-" });
    const pidFile = `${dir}/pid`;
    const script =
      `setsid sh -c 'echo $$ > "$0.new"; mv "$0.new" "$0"; echo begun; exec sleep 600' "$0" & wait`;
    const stop = new AbortController();
    const stdin = "x".repeat(1 << 20); // more than a pipe holds, and nobody reads it
    try {
      const running = runCommand("sh", ["-c", script, pidFile], {
        searchPath,
        stdin,
        timeoutMs: how === "its signal" ? 300_000 : 2_000,
        signal: stop.signal,
        onLine: () => how === "its signal" && stop.abort(),
      });
      await assert.rejects(running, { code: how === "its signal" ? "CANCELLED" : "COMMAND_TIMEOUT" });
    } finally {
      await endOf(pidFile).catch(() => {});
      await Deno.remove(dir, { recursive: true });
    }
  });
}

Deno.test("runCommand() gives all output of a program that ends by itself", async () => {
  const lines: string[] = [];
  const { code, stdout, stderr } = await runCommand("sh", ["-c", "cat; echo warn >&2; exit 3"], {
    searchPath,
    stdin: "one\ntwo",
    onLine: (line, stream) => lines.push(`${stream} ${line}`),
  });
  assert.deepEqual([code, stdout, stderr], [3, "one\ntwo", "warn\n"]);
  assert.deepEqual(lines.sort(), ["stderr warn", "stdout one", "stdout two"]);
});

Deno.test("runCommand() hands output on piece by piece, keeps none of it, and a taker that waits holds the program", async () => {
  let bytes = 0;
  const stop = new AbortController();
  const running = runCommand("sh", ["-c", "yes"], {
    searchPath,
    signal: stop.signal,
    async onChunk(chunk) {
      bytes += chunk.length;
      if (bytes > 1 << 20) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        stop.abort();
      }
    },
  });
  await assert.rejects(running, { code: "CANCELLED" });
  assert.ok(bytes < 4 << 20, `${bytes} bytes`);
});

Deno.test("runCommand() gives a program the mask that it is to have, and keeps ours", async () => {
  const ours = Deno.umask();
  const ask = async (umask?: number) =>
    (await runCommand("sh", ["-c", "umask"], { searchPath, ...(umask === undefined ? {} : { umask }) }))
      .stdout;
  assert.equal(Number.parseInt(await ask(0o022), 8), 0o022);
  assert.equal(Number.parseInt(await ask(0o077), 8), 0o077);
  assert.equal(Number.parseInt(await ask(), 8), ours);
  assert.equal(Deno.umask(), ours);
});

Deno.test("of a private agent a program with an open mask makes files for everybody, and a private one beside it does not", async () => {
  const dir = await Deno.makeTempDir();
  const ours = Deno.umask(0o077); // the service's
  try {
    const make = (name: string, umask?: number) =>
      runCommand("sh", ["-c", 'mkdir "$0" && echo x > "$0/file"', `${dir}/${name}`], {
        searchPath,
        ...(umask === undefined ? {} : { umask }),
      });
    await Promise.all([make("private"), make("installer", 0o022), make("private-too")]);
    const modes = (name: string) =>
      ["", "/file"].map((it) => ((Deno.statSync(`${dir}/${name}${it}`).mode ?? 0) & 0o777).toString(8));
    assert.deepEqual(modes("installer"), ["755", "644"]);
    assert.deepEqual([modes("private"), modes("private-too")], [["700", "600"], ["700", "600"]]);
  } finally {
    Deno.umask(ours);
    await Deno.remove(dir, { recursive: true });
  }
});
