import assert from "node:assert/strict";
import { createBundleService } from "../../../agent/bundle/bundle_service.ts";
import { textPieces } from "../../../agent/bundle/collector.ts";
import { FakeHost } from "../../fakes/fake_host.ts";
import { readMade } from "../../bundle/keep_bundle.ts";
import { until } from "../../until.ts";
import { collector, sourcesOf } from "./make_bundle.ts";

const comes = (ask: () => boolean) => until(String(ask), ask, (it) => it);

const ASKED = { by: "browser 192.0.2.7", strict: false, recipients: [] };
const DIR = "/var/lib/alga-appliance/support-bundles";

/** A service whose one collector runs until it is told to end. */
async function start(free = "1000000000") {
  const host = new FakeHost({}, { df: { stdout: `Avail\n${free}\n` } });
  const go = Promise.withResolvers<void>();
  const seen = { runs: 0, aborted: 0 };
  const said: string[] = [];
  const service = await createBundleService({
    sources: sourcesOf({ host }),
    say: (level, text) => said.push(`${level}: ${text}`),
    recipients: () => Promise.resolve([]),
    collectors: [collector("one", async ({ signal, file }) => {
      seen.runs++;
      signal.addEventListener("abort", () => seen.aborted++);
      await Promise.race([go.promise, new Promise((resolve) => signal.addEventListener("abort", resolve))]);
      await file("one.txt", textPieces("one\n"));
    })],
  });
  return { host, service, go, seen, said };
}

Deno.test("two who ask at once share one run, and both get all of it", async () => {
  const { service, go, seen } = await start();
  const [a, b] = [service.start(ASKED), service.start({ ...ASKED, by: "command line" })];
  assert.ok(a && b);
  assert.equal(a.name, b.name);
  assert.match(a.name, /^alga-appliance-support-\d{8}T\d{6}Z\.tar\.gz$/);
  go.resolve();
  const [one, other] = await Promise.all([readMade(a.bytes), readMade(b.bytes)]);
  assert.deepEqual([...one.files.keys()], [...other.files.keys()]);
  assert.equal(seen.runs, 1);
  await service.stop();
});

Deno.test("one of another kind waits its turn", async () => {
  const { service, go } = await start();
  const first = service.start(ASKED);
  assert.equal(service.start({ ...ASKED, strict: true }), undefined);
  go.resolve();
  await readMade(first?.bytes);
  await comes(() => service.view().progress === undefined);
  const second = service.start({ ...ASKED, strict: true });
  assert.ok((await readMade(second?.bytes)).manifest.strict);
  await service.stop();
});

Deno.test("a download that is cancelled stops the collectors and leaves nothing; of two the other goes on", async () => {
  const { service, go, seen, host, said } = await start();
  const [a, b] = [service.start(ASKED), service.start(ASKED)];
  await comes(() => seen.runs === 1);
  await a?.bytes.cancel();
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(seen.aborted, 0, "the other still wants it");
  await b?.bytes.cancel();
  await comes(() => seen.aborted === 1 && service.view().progress === undefined);
  assert.deepEqual(service.view().history, []);
  assert.equal(await host.list(DIR), undefined);
  assert.deepEqual(said, [], "somebody changed their mind");
  // And the next one begins again.
  const next = service.start(ASKED);
  go.resolve();
  assert.ok((await readMade(next?.bytes)).files.has("one.txt"));
  await service.stop();
});

Deno.test("a bundle is kept with its size and who asked, 0600, and can be had again", async () => {
  const { service, go, host } = await start();
  go.resolve();
  const made = service.start(ASKED);
  const bytes = new Uint8Array(await new Response(made?.bytes).arrayBuffer());
  await comes(() => service.view().history.length === 1);
  const [row] = service.view().history;
  assert.deepEqual([row?.by, row?.sizeBytes, row?.isKept], ["browser 192.0.2.7", bytes.length, true]);
  assert.equal(host.files.get(`${DIR}/${row?.name}`)?.mode, 0o600);
  const again = await service.open(row?.name ?? "");
  assert.deepEqual(new Uint8Array(await new Response(again?.bytes).arrayBuffer()), bytes);
  assert.equal(await service.open("../setup-token"), undefined);
  assert.equal(await service.open("history.json"), undefined);
  // A new agent knows it, too.
  const other = await createBundleService({ sources: sourcesOf({ host }), say: () => {} });
  assert.deepEqual(other.view().history, [row]);
  await service.stop();
});

Deno.test("with a disk that is full or read-only the bundle comes all the same, and is not kept", async () => {
  for (const fault of ["full", "read-only"] as const) {
    const { service, go, host } = await start(fault === "full" ? "100" : undefined);
    if (fault === "read-only") host.writeError = "Read-only file system";
    go.resolve();
    const made = service.start(ASKED);
    assert.ok((await readMade(made?.bytes)).files.has("one.txt"));
    await comes(() => service.view().history.length === 1);
    assert.equal(service.view().history[0]?.isKept, false);
    await service.stop();
  }
});

Deno.test("five are kept, and fifty rows", async () => {
  const { service, go, host } = await start();
  go.resolve();
  for (let i = 0; i < 7; i++) {
    const made = service.start({ ...ASKED, by: `browser ${i}` });
    await new Response(made?.bytes).arrayBuffer();
    await comes(() => service.view().progress === undefined && service.view().history.length === i + 1);
    // Names tell the second.
    for (const row of service.view().history) {
      if (row.name === made?.name && row.isKept && i < 6) {
        host.files.set(`${DIR}/${row.name.replace(".tar", `-${i}.tar`)}`, {
          bytes: new Uint8Array(),
          mode: 0o600,
        });
        row.name = row.name.replace(".tar", `-${i}.tar`);
      }
    }
  }
  assert.equal(service.view().history.filter((it) => it.isKept).length, 5);
  assert.equal(service.view().history.length, 7);
  await service.stop();
});

Deno.test("for keys of the release it is encrypted, and only they open it", async () => {
  const { generateIdentity, identityToRecipient, Decrypter } = await import("age-encryption");
  const identity = await generateIdentity();
  const { service, go } = await start();
  go.resolve();
  const made = service.start({ ...ASKED, recipients: [await identityToRecipient(identity)] });
  assert.ok(made?.name.endsWith(".tar.gz.age"));
  const bytes = new Uint8Array(await new Response(made?.bytes).arrayBuffer());
  assert.match(new TextDecoder().decode(bytes.subarray(0, 22)), /^age-encryption\.org\/v1/);
  await assert.rejects(readMade(new Blob([bytes]).stream()));
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  const plain = await decrypter.decrypt(bytes);
  assert.ok((await readMade(new Blob([plain as Uint8Array<ArrayBuffer>]).stream())).files.has("one.txt"));
  await service.stop();
});
