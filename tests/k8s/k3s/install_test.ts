import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { AgentError } from "../../../agent/error.ts";
import { download } from "../../../agent/net/download.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import { type FetchedFile, k3sJournalTail, placeK3sBinary } from "../../../k8s/k3s/install.ts";
import { DEFAULT_K3S_PIN, readK3sPin } from "../../../k8s/k3s/pin.ts";
import { FakeHost } from "../../fakes/fake_host.ts";

const BINARY = "the k3s binary";
const pin = { ...DEFAULT_K3S_PIN, binarySha256: createHash("sha256").update(BINARY).digest("hex") };

function options(overrides = {}) {
  const said: string[] = [];
  return {
    pin,
    download: (url: URL, limit: AbortSignal, use: (reply: FetchedFile) => Promise<void>) =>
      download({ dnsServers: [] }, url, { signal: limit }, use),
    say: (text: string) => said.push(text),
    said,
    signal: new AbortController().signal,
    ...overrides,
  };
}

Deno.test("placeK3sBinary() leaves a good binary where it is and makes it a program", async () => {
  const host = new FakeHost({ [PATHS.k3sBinary]: BINARY });
  await placeK3sBinary(host, options({ downloadUrl: "http://never.invalid" }));
  assert.deepEqual(host.record, [`mode ${PATHS.k3sBinary} 755`]);
});

Deno.test("placeK3sBinary() replaces a damaged binary by the image's", async () => {
  const host = new FakeHost({ [PATHS.k3sBinary]: "half a bin", [PATHS.k3sPayload]: BINARY });
  await placeK3sBinary(host, options({ downloadUrl: "http://never.invalid" }));
  assert.equal(await host.readText(PATHS.k3sBinary), BINARY);
  assert.equal(host.files.get(PATHS.k3sBinary)?.mode, 0o755);
});

Deno.test("placeK3sBinary() stops a download when the agent stops, with the agent's reason", async () => {
  const stop = new AbortController();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => {
    stop.abort(new AgentError("CANCELLED", "The agent is stopping"));
    return new Response(BINARY);
  });
  const downloadUrl = `http://127.0.0.1:${server.addr.port}/`;
  await assert.rejects(placeK3sBinary(new FakeHost(), options({ downloadUrl, signal: stop.signal })), {
    code: "CANCELLED",
  });
  await server.shutdown();
});

Deno.test("k3sJournalTail() asks for the last lines and is empty when there are none", async () => {
  const host = new FakeHost({}, { journalctl: { stdout: "one\ntwo\n" } });
  assert.equal(await k3sJournalTail(host), "one\ntwo");
  assert.deepEqual(host.record, ["run journalctl -u k3s -o cat -n 20 --no-pager"]);
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
