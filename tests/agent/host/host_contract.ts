import assert from "node:assert/strict";
import { type Host, partPath } from "../../../agent/host/host.ts";

/** What every host does alike; runs on the real one in a temporary root and on the fake one. */
export function hostContract(
  name: string,
  start: () => Promise<{ host: Host; stop(): Promise<void>; makePipe(path: string): Promise<unknown> }>,
): void {
  type MakePipe = (path: string) => Promise<unknown>;
  function test(title: string, body: (host: Host, makePipe: MakePipe) => Promise<void>): void {
    Deno.test(`${name}: ${title}`, async () => {
      const { host, stop, makePipe } = await start();
      try {
        await body(host, makePipe);
      } finally {
        await stop();
      }
    });
  }

  test("watchFolder() tells what is made, replaced, renamed and removed, and ends with its signal", async (host) => {
    await host.makeFolder("/var/lib/x", { mode: 0o750 });
    const stop = new AbortController();
    let told: string[] = [];
    let wake = () => {};
    const watching = host.watchFolder("/var/lib/x", (name) => {
      told.push(name);
      wake();
    }, stop.signal);
    const sees = async (name: string, act: () => Promise<unknown>) => {
      told = [];
      await act();
      while (!told.includes(name)) await new Promise<void>((resolve) => wake = resolve);
    };
    await sees("a", () => host.writeFile("/var/lib/x/a", "1", { mode: 0o600 }));
    await sees("a", () => host.writeFile("/var/lib/x/a", "2", { mode: 0o600 }));
    await sees("b", () => host.rename("/var/lib/x/a", "/var/lib/x/b"));
    await sees("b", () => host.remove("/var/lib/x/b"));
    stop.abort();
    assert.equal(await watching, true);
  });

  test("measureSync() measures writes and leaves nothing behind", async (host) => {
    await host.writeFile("/d/a", "1", { mode: 0o600 });
    const tookMs = await host.measureSync("/d", { bytes: 100, writes: 5, limitMs: 60_000 });
    assert.equal(tookMs.length, 5);
    assert.ok(tookMs.every((it) => it > 0), tookMs.join());
    assert.deepEqual(await host.list("/d"), ["a"]);
  });

  test("watchFolder() does not tell of reading", async (host) => {
    await host.writeFile("/d/a", "1", { mode: 0o600 });
    const stop = new AbortController();
    const told: string[] = [];
    const written = Promise.withResolvers<void>();
    const watching = host.watchFolder("/d", (name) => {
      told.push(name);
      if (name === "c") written.resolve();
    }, stop.signal);
    await host.readText("/d/a");
    await host.list("/d");
    await host.writeFile("/d/c", "1", { mode: 0o600 }); // told after whatever came before it
    await written.promise;
    assert.ok(!told.includes("a"), told.join());
    stop.abort();
    assert.equal(await watching, true);
  });

  test("watchFolder() gives false for a folder that is not there, and for one that is taken away", async (host) => {
    const { signal } = new AbortController();
    assert.equal(await host.watchFolder("/no/folder", () => {}, signal), false);
    await host.makeFolder("/d", { mode: 0o750 });
    const watching = host.watchFolder("/d", () => {}, signal);
    await host.remove("/d", { recursive: true });
    assert.equal(await watching, false);
  });

  test("absent things are undefined", async (host) => {
    assert.equal(await host.readText("/no/file"), undefined);
    assert.equal(await host.readBytes("/no/file"), undefined);
    assert.equal(await host.info("/no/file"), undefined);
    assert.equal(await host.list("/no"), undefined);
    assert.equal(await host.readLink("/no/file"), undefined);
    assert.equal(await host.sha256("/no/file"), undefined);
    await host.remove("/no/file");
  });

  test("writeFile() replaces content and mode and makes folders", async (host) => {
    await host.writeFile("/var/lib/x/a", "one", { mode: 0o644 });
    await host.writeFile("/var/lib/x/a", "two", { mode: 0o600 });
    assert.equal(await host.readText("/var/lib/x/a"), "two");
    assert.equal((await host.info("/var/lib/x/a"))?.mode, 0o600);
    assert.deepEqual(await host.list("/var/lib/x"), ["a"]);
    assert.equal((await host.info("/var/lib/x"))?.kind, "folder");
  });

  test("a folder or a pipe is never read as a file, and the error names it", async (host, makePipe) => {
    await host.makeFolder("/d/folder", { mode: 0o750 });
    await makePipe("/d/pipe");
    assert.equal((await host.info("/d/pipe"))?.kind, "other");
    for (
      const [path, what] of [["/d/folder", "a folder"], ["/d/pipe", "a pipe, socket or device"]] as const
    ) {
      const refused = { code: "STATE_DAMAGED", message: `"${path}" is ${what}, not a file` };
      await assert.rejects(host.readText(path), refused);
      await assert.rejects(host.readBytes(path), refused);
      await assert.rejects(host.sha256(path), refused);
      await assert.rejects(host.appendFile(path, "a", { mode: 0o600 }), refused);
    }
  });

  test("rename() moves a folder with all that is in it, and a pipe unopened", async (host, makePipe) => {
    await host.writeFile("/d/a/b", "1", { mode: 0o600 });
    await makePipe("/d/pipe");
    await host.rename("/d/a", "/d/c");
    await host.rename("/d/pipe", "/d/p");
    assert.deepEqual(await host.list("/d"), ["c", "p"]);
    assert.equal(await host.readText("/d/c/b"), "1");
    assert.equal((await host.info("/d/p"))?.kind, "other");
  });

  test("appendFile() makes, then extends", async (host) => {
    await host.appendFile("/var/a", "1\n", { mode: 0o600 });
    await host.appendFile("/var/a", "2\n", { mode: 0o644 });
    assert.equal(await host.readText("/var/a"), "1\n2\n");
    assert.equal((await host.info("/var/a"))?.mode, 0o600);
  });

  test("readPart() reads from a byte on, from the end too, and not behind the end", async (host) => {
    await host.writeFile("/var/lib/x/a", "0123456789", { mode: 0o600 });
    const part = async (fromByte: number, maxBytes: number) => {
      return new TextDecoder().decode(await host.readPart("/var/lib/x/a", { fromByte, maxBytes }));
    };
    assert.deepEqual([await part(2, 3), await part(-4, 100), await part(-100, 2), await part(10, 5)], [
      "234",
      "6789",
      "01",
      "",
    ]);
    assert.equal(await host.readPart("/var/lib/x/none", { fromByte: 0, maxBytes: 1 }), undefined);
  });

  test("readText() stops at maxBytes", async (host) => {
    await host.writeFile("/a", "abcdef", { mode: 0o600 });
    assert.equal(await host.readText("/a", { maxBytes: 3 }), "abc");
  });

  test("link() tells when the target exists", async (host) => {
    await host.writeFile("/a", "1", { mode: 0o600 });
    assert.equal(await host.link("/a", "/b"), true);
    assert.equal(await host.link("/a", "/b"), false);
    assert.equal(await host.readText("/b"), "1");
  });

  test("lockFile() is held by one at a time, tells who it is, and is gone when given back", async (host) => {
    const first = await host.lockFile("/run/x/lock", { mode: 0o600 });
    await first.held;
    await first.write("first");
    const second = await host.lockFile("/run/x/lock", { mode: 0o600 });
    let isSecond = false;
    second.held.then(() => isSecond = true);
    await assert.rejects(second.write("second"), TypeError);
    assert.equal(await host.readText("/run/x/lock"), "first");
    assert.equal(isSecond, false);
    await first.release();
    await second.held;
    await second.write("2nd");
    assert.equal(await host.readText("/run/x/lock"), "2nd");
    await second.release();
    assert.equal(await host.info("/run/x/lock"), undefined);
  });

  test("lockFile(): who gave up waiting never holds it", async (host) => {
    const first = await host.lockFile("/lock", { mode: 0o600 });
    await first.held;
    const second = await host.lockFile("/lock", { mode: 0o600 });
    await second.release();
    await first.release();
    const third = await host.lockFile("/lock", { mode: 0o600 });
    await third.held;
    await assert.rejects(second.write("second"), TypeError);
    await third.release();
    await second.held; // its wait has ended, to no effect
    await assert.rejects(second.write("second"), TypeError);
  });

  test("rename() and remove() do what they say", async (host) => {
    await host.writeFile("/d/a", "1", { mode: 0o600 });
    await host.rename("/d/a", "/d/b");
    assert.deepEqual(await host.list("/d"), ["b"]);
    await host.remove("/d", { recursive: true });
    assert.equal(await host.info("/d/b"), undefined);
  });

  test("sha256() is that of the bytes", async (host) => {
    await host.writeFile("/a", "abc", { mode: 0o600 });
    assert.equal(await host.sha256("/a"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  });

  test("writeStream() keeps the old file when the check refuses the new one", async (host) => {
    await host.writeFile("/bin", "old", { mode: 0o755 });
    const refuse = () => {
      throw new Error("wrong sum");
    };
    await assert.rejects(
      host.writeStream("/bin", streamOf("new"), { mode: 0o755, maxBytes: 10, key: "a", verify: refuse }),
    );
    assert.equal(await host.readText("/bin"), "old");
    assert.equal(
      await host.writeStream("/bin", streamOf("new"), {
        mode: 0o755,
        maxBytes: 10,
        key: "a",
        verify: () => {},
      }),
      3,
    );
    assert.equal(await host.readText("/bin"), "new");
  });

  test("writeStream() keeps what came before a break, and goes on from there", async (host) => {
    const lost = new Error("connection lost");
    let sent = 0;
    const broken = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (sent++ > 0) return controller.error(lost);
        controller.enqueue(new TextEncoder().encode("abc"));
      },
    });
    const sums: string[] = [];
    const options = { mode: 0o755, maxBytes: 10, key: "k1", verify: (it: string) => void sums.push(it) };
    await assert.rejects(host.writeStream("/d/a", broken, options), (error) => error === lost);
    assert.equal(await host.info("/d/a"), undefined);
    assert.equal((await host.info(partPath("/d/a", "k1")))?.sizeBytes, 3);
    assert.equal(await host.writeStream("/d/a", streamOf("cd"), { ...options, fromByte: 2 }), 4);
    assert.equal(await host.readText("/d/a"), "abcd");
    assert.equal((await host.info("/d/a"))?.mode, 0o755);
    assert.deepEqual(sums, [await host.sha256("/d/a")]);
    assert.deepEqual(await host.list("/d"), ["a"]);
  });

  test("writeStream() removes a part that the check refuses", async (host) => {
    const verify = () => {
      throw new Error("wrong sum");
    };
    await assert.rejects(
      host.writeStream("/d/a", streamOf("x"), { mode: 0o600, maxBytes: 9, key: "k", verify }),
    );
    assert.equal(await host.info(partPath("/d/a", "k")), undefined);
  });

  test("copyFile() copies with the mode that is asked for, and makes folders", async (host) => {
    await host.writeFile("/a", "abc", { mode: 0o600 });
    await host.copyFile("/a", "/d/b", { mode: 0o755 });
    assert.equal(await host.readText("/d/b"), "abc");
    assert.equal((await host.info("/d/b"))?.mode, 0o755);
    await assert.rejects(host.copyFile("/none", "/d/c", { mode: 0o755 }), { code: "STATE_WRITE_FAILED" });
  });

  test("writeStream() refuses more than maxBytes", async (host) => {
    const options = { mode: 0o600, maxBytes: 2, key: "a", verify: () => {} };
    await assert.rejects(host.writeStream("/a", streamOf("abc"), options), /larger than 2 bytes/);
    assert.equal(await host.info("/a"), undefined);
  });

  test("relative paths are refused", (host) => {
    assert.throws(() => host.path("etc/passwd"), TypeError);
    return Promise.resolve();
  });

  test("run() of an absent program is COMMAND_FAILED", async (host) => {
    await assert.rejects(host.run(["no-such-program-7"]), { code: "COMMAND_FAILED" });
  });
}

function streamOf(text: string): ReadableStream<Uint8Array> {
  return new Response(text).body as ReadableStream<Uint8Array>;
}
