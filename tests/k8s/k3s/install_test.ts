import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { PATHS } from "../../../agent/state/paths.ts";
import { k3sJournalTail, placeAirgapImages, placeK3sFile } from "../../../k8s/k3s/install.ts";
import { DEFAULT_K3S_PIN, readK3sPin } from "../../../k8s/k3s/pin.ts";
import { findFile, type K3sFile, k3sFiles } from "../../../k8s/k3s/sources.ts";
import { FakeHost } from "../../fakes/fake_host.ts";

const BINARY = "the k3s binary";
const sum = (text: string) => createHash("sha256").update(text).digest("hex");
const pin = { ...DEFAULT_K3S_PIN, binarySha256: sum(BINARY) };
const [binary] = k3sFiles(pin);

async function place(host: FakeHost): Promise<string[]> {
  const fetched: string[] = [];
  const download = (file: K3sFile) => Promise.resolve(void fetched.push(file.url.href));
  await placeK3sFile(host, binary, { say: () => {}, download });
  return fetched;
}

Deno.test("placeK3sFile() leaves a good file where it is and makes it a program", async () => {
  const host = new FakeHost({ [PATHS.k3sBinary]: BINARY, [PATHS.k3sPayload]: "damaged, and not asked for" });
  assert.deepEqual(await place(host), []);
  assert.deepEqual(host.record, [`mode ${PATHS.k3sBinary} 755`]);
});

Deno.test("placeK3sFile() replaces a damaged file by the payload's", async () => {
  const host = new FakeHost({ [PATHS.k3sBinary]: "half a bin", [PATHS.k3sPayload]: BINARY });
  assert.deepEqual(await place(host), []);
  assert.equal(await host.readText(PATHS.k3sBinary), BINARY);
  assert.equal(host.files.get(PATHS.k3sBinary)?.mode, 0o755);
});

Deno.test("placeK3sFile() fetches what is nowhere, and never what the payload has in damaged form", async () => {
  assert.deepEqual(await place(new FakeHost()), [
    "https://github.com/k3s-io/k3s/releases/download/v1.36.5%2Bk3s1/k3s",
  ]);
  const host = new FakeHost({ [PATHS.k3sPayload]: "half a bin" });
  await assert.rejects(place(host), { code: "CHECKSUM_MISMATCH", retrySafe: false });
  assert.deepEqual(host.record, []);
});

Deno.test("k3sFiles() takes both files from one mirror, else each from its own place", () => {
  const urls = (downloadUrl?: string) => k3sFiles(DEFAULT_K3S_PIN, downloadUrl).map((it) => it.url.href);
  assert.deepEqual(urls("https://files.example.com/k3s/"), [
    "https://files.example.com/k3s/v1.36.5%2Bk3s1/k3s",
    "https://files.example.com/k3s/v1.36.5%2Bk3s1/install.sh",
  ]);
  assert.equal(urls()[1], "https://raw.githubusercontent.com/k3s-io/k3s/v1.36.5%2Bk3s1/install.sh");
});

Deno.test("findFile() tells the four places apart", async () => {
  const at = async (files: Record<string, string>) => await findFile(new FakeHost(files), binary);
  assert.equal(await at({ [PATHS.k3sBinary]: BINARY }), "placed");
  assert.equal(await at({ [PATHS.k3sBinary]: "old", [PATHS.k3sPayload]: BINARY }), "payload");
  assert.equal(await at({ [PATHS.k3sPayload]: "x" }), "damaged");
  assert.equal(await at({ [PATHS.k3sBinary]: "old" }), "absent");
});

Deno.test("placeAirgapImages() copies where a link cannot be made", async () => {
  const host = new FakeHost({ [`${PATHS.imagesPayload}/a.tar`]: "images" });
  host.link = () => Promise.reject(new Error("Invalid cross-device link (os error 18)"));
  await placeAirgapImages(host, { ...pin, airgapImages: { "a.tar": sum("images") } }, { say: () => {} });
  assert.equal(await host.readText(`${PATHS.k3sImages}/a.tar`), "images");
});

function journalLine(MESSAGE: string): string {
  return JSON.stringify({ __REALTIME_TIMESTAMP: "1795262400000000", MESSAGE });
}

Deno.test("k3sJournalTail() asks for the last lines and is empty when there are none", async () => {
  const host = new FakeHost({}, { journalctl: { stdout: ["one", "two"].map(journalLine).join("\n") } });
  assert.equal(await k3sJournalTail(host), "one\ntwo");
  assert.deepEqual(host.record, [
    "run journalctl -u k3s -o json --output-fields=MESSAGE --since=-15min --reverse -n 20 --no-pager",
  ]);
  assert.equal(await k3sJournalTail(new FakeHost()), "");
});

Deno.test("readK3sPin() takes the image's pin, else the one that this agent was tested with", async () => {
  assert.deepEqual(await readK3sPin(new FakeHost()), DEFAULT_K3S_PIN);
  assert.match(DEFAULT_K3S_PIN.version, /^v1\.\d+\.\d+\+k3s\d+$/);
  const host = new FakeHost({ [PATHS.k3sPin]: JSON.stringify({ ...pin, note: "from the image" }) });
  assert.deepEqual(await readK3sPin(host), pin);
  host.put(PATHS.k3sPin, JSON.stringify({ ...pin, installerSha256: "x" }));
  await assert.rejects(readK3sPin(host), { code: "K3S_FAILED", hint: /appliance image/ });
});
