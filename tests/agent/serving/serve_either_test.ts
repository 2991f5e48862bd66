import assert from "node:assert/strict";
import { serveEither, type Turned } from "../../../agent/serving/serve_either.ts";
import type { TlsRelay } from "../../../agent/serving/tls_relay.ts";

/** A connection that says bytes and remembers whether it was closed. */
function connection(...said: (number | null)[]) {
  let end = () => {};
  const closed = new Promise<void>((resolve) => end = resolve);
  let isClosed = false;
  const it = {
    async read(bytes: Uint8Array) {
      const next = said.shift();
      if (next === undefined) await closed; // nothing comes
      if (next === undefined) throw new Deno.errors.BadResource("closed");
      if (next === null) return null;
      bytes[0] = next;
      return 1;
    },
    close() {
      if (isClosed) throw new Deno.errors.BadResource("closed twice");
      isClosed = true;
      end();
    },
  };
  return { it: it as unknown as Deno.Conn, isClosed: () => isClosed };
}

const INSIDE = { inside: true } as unknown as Deno.Conn;

/** Serves one connection; both ends of what became of it are told. */
function serve(outer: ReturnType<typeof connection>, open?: TlsRelay["open"]) {
  const log: string[] = [];
  let finish = () => {};
  const over = new Promise<void>((resolve) => finish = resolve);
  let turned: Turned | undefined;
  const relay: TlsRelay = {
    use() {},
    open: open ?? ((_, head) => {
      log.push(`unwrap after ${head.join()}`);
      return Promise.resolve({ inside: INSIDE, drained: over, cut: () => log.push("outside cut") });
    }),
    close() {},
  };
  const served = serveEither(outer.it, relay, (plain, how) => {
    turned = how;
    log.push(plain === INSIDE ? "served inside" : plain === outer.it ? "served itself" : "served?");
    return { ended: over, finish: () => log.push("finish"), cut: () => (log.push("cut"), finish()) };
  });
  return { served, log, turned: () => turned, finish };
}

const ticks = () => new Promise((resolve) => setTimeout(resolve));

Deno.test("a TLS handshake is unwrapped, everything else is served itself", async () => {
  for (const first of [0x16, 0x47, 0x80, 0x00, 0x0a]) {
    const outer = connection(first);
    const { served, log, turned, finish } = serve(outer);
    await ticks();
    assert.deepEqual(log, first === 0x16 ? ["unwrap after 22", "served inside"] : ["served itself"]);
    assert.equal(turned()?.isEncrypted, first === 0x16);
    finish();
    await served.ended;
  }
});

Deno.test("the first request in clear gets its method back, later ones have their own", async () => {
  const { turned, finish } = serve(connection("H".charCodeAt(0)));
  await ticks();
  const first = new Request("http://192.0.2.7/", { method: "EAD" });
  turned()?.restore(first);
  assert.equal(first.method, "HEAD");
  const second = new Request("http://192.0.2.7/", { method: "POST" });
  turned()?.restore(second);
  assert.equal(second.method, "POST");
  finish();
});

Deno.test("who says nothing is closed by cut() and by finish(), once", async () => {
  for (const way of ["cut", "finish"] as const) {
    const outer = connection();
    const { served, log } = serve(outer);
    served[way]();
    await served.ended;
    assert.deepEqual([outer.isClosed(), log], [true, []]);
  }
});

Deno.test("who hangs up before a byte is closed", async () => {
  const outer = connection(null);
  await serve(outer).served.ended;
  assert.ok(outer.isClosed());
});

Deno.test("a handshake that cannot be unwrapped is closed", async () => {
  const outer = connection(0x16);
  await serve(outer, () => Promise.reject(new Error("no more files"))).served.ended;
  assert.ok(outer.isClosed());
});

Deno.test("cut() while a handshake waits for its certificate closes both sides once it is there", async () => {
  const outer = connection(0x16);
  let give = (_: Awaited<ReturnType<TlsRelay["open"]>>) => {};
  const cuts: string[] = [];
  const { served, log } = serve(outer, () => new Promise((resolve) => give = resolve));
  await ticks();
  served.cut();
  assert.ok(outer.isClosed());
  give({ inside: INSIDE, drained: Promise.resolve(), cut: () => cuts.push("outside cut") });
  await served.ended;
  assert.deepEqual([cuts, log], [["outside cut"], ["served inside", "cut"]]);
});
