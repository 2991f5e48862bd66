import assert from "node:assert/strict";
import { RealHost } from "../../../agent/host/real_host.ts";
import { FakeHost } from "../../fakes/fake_host.ts";
import { until } from "../../until.ts";
import { hostContract } from "./host_contract.ts";

async function withRoot(body: (host: RealHost, root: string) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir({ prefix: "alga-host-" });
  try {
    await body(new RealHost(root), root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

async function script(root: string, path: string, text: string): Promise<void> {
  await Deno.mkdir(`${root}/usr/bin`, { recursive: true });
  await Deno.writeTextFile(`${root}${path}`, `#!/bin/sh\n${text}\n`);
  await Deno.chmod(`${root}${path}`, 0o755);
}

hostContract("RealHost", async () => {
  const root = await Deno.makeTempDir({ prefix: "alga-host-" });
  return {
    host: new RealHost(root),
    stop: () => Deno.remove(root, { recursive: true }),
    makePipe: (path) => new Deno.Command("mkfifo", { args: [root + path] }).output(),
  };
});
hostContract("FakeHost", () => {
  const host = new FakeHost();
  return Promise.resolve({
    host,
    stop: () => Promise.resolve(),
    makePipe: (path) => Promise.resolve(host.others.add(path)),
  });
});

Deno.test("RealHost makes the way to a folder open to others, whatever the umask is, and leaves what exists", () =>
  withRoot(async (host, root) => {
    const mode = async (path: string) => ((await Deno.stat(root + path)).mode ?? 0) & 0o777;
    const ours = Deno.umask(0o077); // the service's
    try {
      await host.writeFile("/var/lib/rancher/k3s/server/a", "1", { mode: 0o600 });
      await host.makeFolder("/var/mnt/data/volumes", { mode: 0o777 });
      await Deno.mkdir(`${root}/closed`);
      await host.appendFile("/closed/b/c", "1", { mode: 0o600 });
    } finally {
      Deno.umask(ours);
    }
    for (const it of ["/var", "/var/lib", "/var/lib/rancher", "/var/lib/rancher/k3s", "/var/mnt/data"]) {
      assert.equal(await mode(it), 0o755, it);
    }
    assert.equal(await mode("/var/lib/rancher/k3s/server"), 0o750);
    assert.equal(await mode("/var/mnt/data/volumes"), 0o777);
    assert.equal(await mode("/closed"), 0o700);
  }));

Deno.test("RealHost follows links of others, and what is linked to /dev/null is empty", () =>
  withRoot(async (host, root) => {
    await Deno.writeTextFile(`${root}/real`, "text");
    await Deno.symlink("real", `${root}/link`);
    await Deno.symlink("/dev/null", `${root}/masked`);
    await Deno.symlink("/dev/zero", `${root}/endless`);
    assert.equal(await host.readText("/link"), "text");
    assert.equal(await host.readText("/masked"), "");
    await assert.rejects(host.readText("/endless"), { code: "STATE_DAMAGED" });
  }));

Deno.test("RealHost.path() never leaves the root", () => {
  const host = new RealHost("/srv/root/");
  assert.equal(host.path("/etc/os-release"), "/srv/root/etc/os-release");
  assert.throws(() => host.path("/etc/../../passwd"), TypeError);
  assert.throws(() => new RealHost("relative"), TypeError);
});

Deno.test("RealHost.run() finds programs below the root and gives code and output", () =>
  withRoot(async (host, root) => {
    await script(root, "/usr/bin/hello", 'echo "out $1"; echo err >&2; exit 3');
    assert.deepEqual(await host.run(["hello", "a b"]), { code: 3, stdout: "out a b\n", stderr: "err\n" });
  }));

Deno.test("RealHost.run() hands on no environment of ours", () =>
  withRoot(async (host, root) => {
    await script(root, "/usr/bin/show", 'echo "[$USER$SSH_AUTH_SOCK$DENO_DIR][$GIVEN]"');
    assert.equal((await host.run(["show"], { env: { GIVEN: "1" } })).stdout, "[][1]\n");
  }));

Deno.test("RealHost.run() feeds stdin and reports lines", () =>
  withRoot(async (host, root) => {
    await script(root, "/usr/bin/copy", "cat; printf tail");
    const lines: string[] = [];
    await host.run(["copy"], { stdin: "a\nb\n", onLine: (line) => lines.push(line) });
    assert.deepEqual(lines, ["a", "b", "tail"]);
  }));

Deno.test("RealHost.run() kills the whole process group at the time limit", () =>
  withRoot(async (host, root) => {
    await script(root, "/usr/bin/hang", `sleep 77 & echo $! > ${root}/pid; wait`);
    // The limit may pass before the shell has come as far as its own child: then longer.
    let timeoutMs = 150;
    const pid = await until(
      "the program had a child when its time was over",
      async () => {
        await assert.rejects(host.run(["hang"], { timeoutMs: timeoutMs *= 2 }), { code: "COMMAND_TIMEOUT" });
        return (await Deno.readTextFile(`${root}/pid`)).trim();
      },
      (it) => /^\d+$/.test(it),
    );
    await until(
      "the child is gone as well",
      () => Deno.readTextFile(`/proc/${pid}/stat`).catch(() => "gone"),
      (it) => /^gone$|\) Z /.test(it),
      30, // it would sleep for 77 s
    );
  }));

Deno.test("RealHost.run() stops when its signal aborts", () =>
  withRoot(async (host, root) => {
    await script(root, "/usr/bin/hang", "exec sleep 77");
    const signal = AbortSignal.timeout(200);
    await assert.rejects(host.run(["hang"], { signal }), { code: "CANCELLED" });
  }));

Deno.test("RealHost.run() keeps only the tail of a flood of output", () =>
  withRoot(async (host, root) => {
    await script(root, "/usr/bin/flood", "i=0; while [ $i -lt 20000 ]; do echo line-$i; i=$((i+1)); done");
    const result = await host.run(["flood"], { maxOutputBytes: 1000 });
    assert.equal(result.stdout.length, 1000);
    assert.ok(result.stdout.endsWith("line-19999\n"));
  }));

Deno.test("RealHost.writeFile() replaces a symbolic link instead of following it", () =>
  withRoot(async (host, root) => {
    await Deno.writeTextFile(`${root}/victim`, "untouched");
    await Deno.symlink(`${root}/victim`, `${root}/link`);
    await host.writeFile("/link", "mine", { mode: 0o600 });
    assert.equal(await Deno.readTextFile(`${root}/victim`), "untouched");
    assert.equal((await host.info("/link"))?.kind, "file");
  }));

Deno.test("RealHost.writeFile() names the file and the way out when it cannot write", () =>
  withRoot(async (host, root) => {
    await Deno.writeTextFile(`${root}/file`, "x");
    await assert.rejects(
      host.writeFile("/file/below", "y", { mode: 0o600 }),
      (error: Error & { code?: string; hint?: string }) => {
        assert.equal(error.code, "STATE_WRITE_FAILED");
        assert.equal(error.message, 'Cannot write "/file/below": File exists (os error 17)');
        assert.ok(error.hint);
        return true;
      },
    );
  }));
