import assert from "node:assert/strict";
import { RealHost } from "../../../agent/host/real_host.ts";
import { PATHS } from "../../../agent/state/paths.ts";
import { makeCertificates } from "../../cluster/certificates.ts";
import { checkContext, greenHost, runOne, testCases } from "./check_case.ts";
import { SOURCE_CASES } from "./source_cases.ts";

testCases(SOURCE_CASES);

/** What k3s.sources says on a machine without a payload when a server answers like this. */
async function askedOf(status: (path: string) => number) {
  const asked: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const path = new URL(request.url).pathname;
    asked.push(`${request.method} ${path}`);
    return new Response(null, { status: status(path) });
  });
  try {
    const host = greenHost();
    host.files.delete(PATHS.k3sPayload);
    host.files.delete(PATHS.k3sInstallerPayload);
    const downloadUrl = `http://127.0.0.1:${server.addr.port}`;
    return { result: await runOne("k3s.sources", checkContext({ host, downloadUrl })), asked, host };
  } finally {
    await server.shutdown();
  }
}

Deno.test("k3s.sources passes when both files can be downloaded, and downloads nothing", async () => {
  const { result, asked, host } = await askedOf(() => 200);
  assert.equal(result.status, "pass", JSON.stringify(result));
  assert.deepEqual(asked.sort(), ["HEAD /v1.36.5%2Bk3s1/install.sh", "HEAD /v1.36.5%2Bk3s1/k3s"]);
  assert.deepEqual(host.record, []);
});

Deno.test("k3s.sources fails with the file that a mirror lacks", async () => {
  const { result } = await askedOf((path) => path.endsWith("/install.sh") ? 404 : 200);
  assert.equal(result.status, "fail");
  assert.match(result.found, /^127\.0\.0\.1:\d+ answers 404 for the installer of k3s v1\.36\.5\+k3s1$/);
  assert.match(result.remediation, /Put this file there/);
});

Deno.test("k3s.sources fails where HTTPS is opened on the way, and passes once the authority behind it is trusted", async () => {
  const root = await Deno.makeTempDir({ prefix: "alga-root-" });
  const { caPem } = await makeCertificates(root);
  const [cert = "", key = ""] = await Promise.all(
    ["crt", "key"].map((it) => Deno.readTextFile(`${root}/server.${it}`)),
  );
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, cert, key, onListen() {} },
    () => new Response(),
  );
  const host = new RealHost(root);
  const { port } = server.addr;
  const check = () => runOne("k3s.sources", checkContext({ host, downloadUrl: `https://localhost:${port}` }));
  try {
    const refused = await check();
    assert.equal(refused.status, "fail");
    assert.match(refused.found, /^localhost:\d+: the encrypted connection could not be made$/);
    assert.match(
      refused.remediation,
      new RegExp(
        `^Install the certificate authority that signs for localhost:${port} here .*update-ca-certificates`,
      ),
    );
    await host.writeFile(PATHS.caBundle, caPem, { mode: 0o644 });
    assert.equal((await check()).status, "pass");
  } finally {
    await server.shutdown();
    await Deno.remove(root, { recursive: true });
  }
});
