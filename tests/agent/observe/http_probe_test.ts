import assert from "node:assert/strict";
import { systemClock } from "../../../agent/clock.ts";
import { evaluate } from "../../../agent/status/evaluate.ts";
import { createHttpProbe } from "../../../agent/observe/http_probe.ts";
import type { HttpProbe, Snapshot } from "../../../agent/facts/snapshot.ts";
import { makeCertificates } from "../../cluster/certificates.ts";
import { startUntrustedServer } from "../../fakes/untrusted_server.ts";
import { CLOSED_PORT } from "../../simulator/free_port.ts";
import { ago, healthyCluster, NOW_MS, podOf, snapshotOf, workingMore } from "../status/objects.ts";

const SIGNAL = new AbortController().signal;

/** Asks a TLS server on loopback whose authority is known to nobody. */
async function probeTls(
  handler: Deno.ServeHandler,
  options: { host?: string } = {},
): Promise<{ probe: HttpProbe; url: string }> {
  const http = createHttpProbe(systemClock);
  await using server = await startUntrustedServer(handler);
  try {
    const url = `https://${options.host ?? "localhost"}:${server.port}/auth/signin?x=1`;
    return { probe: await http.probe(url, { signal: SIGNAL }), url };
  } finally {
    http.close();
  }
}

Deno.test("probe() sees what lies behind a certificate that nobody trusts, and who made it", async () => {
  const asked: string[] = [];
  const { probe } = await probeTls((request) => {
    asked.push(
      `${request.method} ${new URL(request.url).pathname} ${request.headers.get("host")?.split(":")[0]}`,
    );
    return new Response("x".repeat(100_000), { status: 302, headers: { location: "/msp/dashboard" } });
  });
  assert.deepEqual(asked, ["GET /auth/signin localhost"]);
  assert.deepEqual(
    [probe.statusCode, probe.location, probe.privateCertificate, probe.error],
    [302, "/msp/dashboard", true, 'Its certificate is not trusted by this machine, made by "test-ca"'],
  );
});

Deno.test("probe() asks an address without a name as well", async () => {
  const { probe } = await probeTls(() => new Response("ok"), { host: "127.0.0.1" });
  assert.deepEqual([probe.statusCode, probe.privateCertificate], [200, true]);
});

Deno.test("probe() of an untrusted server that speaks no HTTP tells the certificate and no status", async () => {
  const dir = await Deno.makeTempDir();
  await makeCertificates(dir);
  const listener = Deno.listenTls({
    hostname: "127.0.0.1",
    port: 0,
    cert: await Deno.readTextFile(`${dir}/server.crt`),
    key: await Deno.readTextFile(`${dir}/server.key`),
  });
  const serving = (async () => {
    for await (const connection of listener) {
      await connection.write(new TextEncoder().encode("220 mail.example.com ESMTP\r\n\r\n")).catch(() => {});
      connection.close();
    }
  })().catch(() => {});
  const http = createHttpProbe(systemClock);
  try {
    const probe = await http.probe(`https://localhost:${listener.addr.port}/`, { signal: SIGNAL });
    assert.equal(probe.statusCode, undefined);
    assert.equal(probe.privateCertificate, true);
    assert.match(probe.error, /certificate is not trusted/);
  } finally {
    http.close();
    listener.close();
    await serving;
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("probe() tells refusal from plain answers", async () => {
  const http = createHttpProbe(systemClock);
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => new Response(request.headers.get("host"), { status: 201 }),
  );
  try {
    const good = await http.probe(`http://127.0.0.1:${server.addr.port}/`, {
      host: "psa.example.com",
      signal: SIGNAL,
    });
    assert.deepEqual([good.statusCode, good.error, good.privateCertificate], [201, "", false]);
    const refused = await http.probe(`http://127.0.0.1:${CLOSED_PORT}/`, { signal: SIGNAL });
    assert.deepEqual([refused.statusCode, refused.error], [undefined, "Connection refused"]);
  } finally {
    http.close();
  }
});

const app = podOf("alga-core", { state: { running: { startedAt: ago(600) } }, ready: true, imageID: "x" }, {
  phase: "Running",
  conditions: [],
});

function withProbes(local: Partial<HttpProbe> | undefined, open?: Partial<HttpProbe>): Snapshot {
  const base = {
    at: ago(2),
    url: "",
    statusCode: undefined,
    location: undefined,
    error: "",
    privateCertificate: false,
  };
  return snapshotOf({ ...healthyCluster(), pods: [app] }, {
    ...workingMore(),
    probes: {
      local: local && { ...base, url: "http://192.0.2.7:3000/auth/signin", ...local },
      public: open && { ...base, url: "https://psa.example.com", ...open },
      registry: undefined,
    },
  });
}

const UNTRUSTED = {
  privateCertificate: true,
  error: 'Its certificate is not trusted by this machine, made by "test-ca"',
};

Deno.test("an untrusted certificate before a working application is a warning of its own, and people can log in", () => {
  const status = evaluate(withProbes({ statusCode: 200 }, { ...UNTRUSTED, statusCode: 200 }), NOW_MS);
  assert.deepEqual(status.topBlockers.map((it) => [it.id, it.loginBlocking]), [["app.certificate", false]]);
  assert.equal(status.topBlockers[0]?.title, "Browsers will warn about https://psa.example.com");
  assert.match(status.topBlockers[0]?.reason ?? "", /"test-ca"\.$/);
  assert.equal(status.tiers.login.ready, true);
  assert.match(
    status.tiers.login.proofs.find((it) => it.id === "answers")?.reason ?? "",
    /browsers will warn/,
  );
});

for (
  const [what, open] of [
    ["answers 404", { ...UNTRUSTED, statusCode: 404 }],
    ["sends people elsewhere", {
      ...UNTRUSTED,
      statusCode: 302,
      location: "https://portal.example.net/hello",
    }],
    ["speaks no HTTP", UNTRUSTED],
  ] as const
) {
  Deno.test(`an untrusted server that ${what} is not taken for the application`, () => {
    const status = evaluate(withProbes({ statusCode: 200 }, open), NOW_MS);
    assert.deepEqual(status.topBlockers.map((it) => it.id), ["app.url"]);
    assert.match(
      status.tiers.login.proofs.find((it) => it.id === "answers")?.reason ?? "",
      /does not lead here/,
    );
  });
}

Deno.test("a trusted certificate gives no warning", () => {
  assert.deepEqual(evaluate(withProbes({ statusCode: 200 }, { statusCode: 200 }), NOW_MS).topBlockers, []);
});

for (const open of [{ statusCode: 200 }, { ...UNTRUSTED, statusCode: 200 }]) {
  Deno.test(`what answers under the public address does not prove that this application works (${open.statusCode}, ${"error" in open})`, () => {
    const failing = evaluate(withProbes({ error: "Connection refused" }, open), NOW_MS);
    assert.equal(failing.tiers.login.ready, false);
    assert.equal(failing.loginProbe.reachable, false);
    const unasked = evaluate(withProbes(undefined, open), NOW_MS);
    assert.equal(unasked.tiers.login.ready, false);
  });
}
